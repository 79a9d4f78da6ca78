-- name: insight_reached
SELECT seq FROM insight_reached WHERE workspace_id = :workspace_id;

-- name: add_insight_reached
INSERT INTO insight_reached (workspace_id, seq) VALUES (:workspace_id, 0) ON CONFLICT (workspace_id) DO NOTHING;

-- name: move_insight_reached
UPDATE insight_reached SET seq = :seq WHERE workspace_id = :workspace_id AND seq = :before RETURNING seq;

-- name: insight_behind
SELECT h.workspace_id FROM heads h LEFT JOIN insight_reached r ON r.workspace_id = h.workspace_id
WHERE h.workspace_id <> '' AND h.seq > COALESCE(r.seq, 0);

-- name: insight_facts
SELECT seq, at, conversation_id, actor, body FROM events
WHERE workspace_id = :workspace_id AND seq > :after ORDER BY seq LIMIT :most;

-- name: insight_waiting
SELECT conversation_id, asked_at, answered FROM insight_waiting
WHERE workspace_id = :workspace_id AND conversation_id = ANY(:ids);

-- name: put_insight_waiting
INSERT INTO insight_waiting (workspace_id, conversation_id, asked_at, answered)
VALUES (:workspace_id, :conversation_id, :asked_at, :answered)
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET asked_at = excluded.asked_at, answered = excluded.answered;

-- name: forget_insight_waiting
DELETE FROM insight_waiting WHERE workspace_id = :workspace_id AND conversation_id = ANY(:ids);

-- name: insight_known
SELECT day, kind, person_id, messages, responses, response_ms, resolutions, resolution_ms FROM insight_people
WHERE workspace_id = :workspace_id AND kind IN ('contact', 'staff', 'system') AND day = ANY(:days)
  AND person_id = ANY(:ids);

-- name: add_insight_people
INSERT INTO insight_people (workspace_id, kind, day, person_id, messages, responses, response_ms, resolutions, resolution_ms)
VALUES (:workspace_id, :kind, :day, :person_id, :messages, :responses, :response_ms, :resolutions, :resolution_ms)
ON CONFLICT (workspace_id, kind, day, person_id) DO UPDATE SET messages = insight_people.messages + excluded.messages,
  responses = insight_people.responses + excluded.responses, response_ms = insight_people.response_ms + excluded.response_ms,
  resolutions = insight_people.resolutions + excluded.resolutions,
  resolution_ms = insight_people.resolution_ms + excluded.resolution_ms;

-- name: add_insight_days
INSERT INTO insight_days (workspace_id, day, contact_messages, staff_messages, active_contacts, active_staff, responses,
  response_ms, resolutions, resolution_ms)
VALUES (:workspace_id, :day, :contact_messages, :staff_messages, :active_contacts, :active_staff, :responses,
  :response_ms, :resolutions, :resolution_ms)
ON CONFLICT (workspace_id, day) DO UPDATE SET contact_messages = insight_days.contact_messages + excluded.contact_messages,
  staff_messages = insight_days.staff_messages + excluded.staff_messages,
  active_contacts = insight_days.active_contacts + excluded.active_contacts,
  active_staff = insight_days.active_staff + excluded.active_staff, responses = insight_days.responses + excluded.responses,
  response_ms = insight_days.response_ms + excluded.response_ms, resolutions = insight_days.resolutions + excluded.resolutions,
  resolution_ms = insight_days.resolution_ms + excluded.resolution_ms;

-- name: insight_days
SELECT day, contact_messages, staff_messages, active_contacts, active_staff, responses, response_ms, resolutions, resolution_ms
FROM insight_days WHERE workspace_id = :workspace_id AND day >= :first AND day <= :last ORDER BY day;

-- name: insight_of_staff
SELECT day, kind, person_id, messages, responses, response_ms, resolutions, resolution_ms FROM insight_people
WHERE workspace_id = :workspace_id AND kind = 'staff' AND day >= :first AND day <= :last
  AND (:staff_id = '' OR person_id = :staff_id)
ORDER BY day, person_id;

-- name: insight_contacts
SELECT COUNT(DISTINCT person_id) FROM insight_people
WHERE workspace_id = :workspace_id AND kind = 'contact' AND day >= :first AND day <= :last;
