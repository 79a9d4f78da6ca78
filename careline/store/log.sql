-- The log: every fact of a workspace under its gapless number. Nothing references heads, so locking a row of it
-- locks one workspace's writes and nothing else.

-- name: add_head
INSERT INTO heads (workspace_id, seq) VALUES (:workspace_id, 0);

-- name: lock_head [postgres]
SELECT seq FROM heads WHERE workspace_id = :workspace_id FOR UPDATE;

-- name: lock_head [sqlite]
SELECT seq FROM heads WHERE workspace_id = :workspace_id;

-- name: move_head
UPDATE heads SET seq = :seq WHERE workspace_id = :workspace_id;

-- name: move_head_on [postgres]
-- Nothing where somebody else has moved it since it was read: whoever waited here for their COMMIT looks again.
UPDATE heads SET seq = :seq WHERE workspace_id = :workspace_id AND seq = :before RETURNING seq;

-- name: head
SELECT seq FROM heads WHERE workspace_id = :workspace_id;

-- name: heads
SELECT workspace_id, seq FROM heads WHERE workspace_id = ANY(:workspace_ids);

-- name: insert_event
INSERT INTO events (workspace_id, seq, at, conversation_id, audience, actor, body, request_id, address, impersonated_by)
VALUES (:workspace_id, :seq, :at, :conversation_id, :audience, :actor, :body, :request_id, :address, :impersonated_by);

-- name: events_since
SELECT seq, at, conversation_id, actor, body FROM events
WHERE workspace_id = :workspace_id AND seq > :since
ORDER BY seq LIMIT :most;

-- name: events_since_in
-- One statement, so of one moment: whoever joins a conversation between two would not be told so.
SELECT seq, at, conversation_id, actor, body FROM events
WHERE workspace_id = :workspace_id AND seq > :since
  AND ((conversation_id IS NULL AND audience = 'staff' AND :is_staff = 1) OR ((audience = 'all' OR :is_staff = 1)
    AND conversation_id IN (SELECT p.conversation_id FROM participants p
      WHERE p.workspace_id = :workspace_id AND p.kind = :kind AND p.person_id = :person_id)))
ORDER BY seq LIMIT :most;

-- name: people_of
SELECT conversation_id, kind, person_id FROM participants WHERE conversation_id = ANY(:conversation_ids);

-- name: server_fact
SELECT value FROM server WHERE key = :key;

-- name: set_server_fact
INSERT INTO server (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: add_server_fact
-- Whoever comes second takes what the first has said.
INSERT INTO server (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING;

-- name: raise_oldest_code
-- Never lowered: newer code may have come in between the look and this.
INSERT INTO server (key, value) VALUES ('oldest_code', :generation)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
WHERE CAST(server.value AS INTEGER) < CAST(excluded.value AS INTEGER);

-- name: forget_server_fact
DELETE FROM server WHERE key = :key RETURNING value;

-- name: insert_job
INSERT INTO jobs (id, workspace_id, kind, payload, run_at, attempts)
VALUES (:id, :workspace_id, :kind, :payload, :run_at, 0);

-- name: applied_migrations
SELECT id, checksum FROM migrations ORDER BY id;
