-- columns: seal
number, to_seq, to_entry, at, facts, entries, hash;

-- name: insert_audit_entry
INSERT INTO audit_entries (workspace_id, seq, number, at, actor, action, record, outcome, request_id, address, impersonated_by)
VALUES (:workspace_id, :seq, :number, :at, :actor, :action, :record, :outcome, :request_id, :address, :impersonated_by);

-- name: last_audit_entry
SELECT MAX(number) FROM audit_entries WHERE workspace_id = :workspace_id;

-- Where a page that goes on from a place stops looking, both kinds together: what it finds may be rare.
-- name: audit_reach
SELECT seq, number FROM (
  SELECT * FROM (SELECT seq, 0 AS number FROM events WHERE workspace_id = :workspace_id AND seq <= :top AND seq > :floor
    ORDER BY seq DESC LIMIT :scan) e
  UNION ALL
  SELECT * FROM (SELECT seq, number FROM audit_entries
    WHERE workspace_id = :workspace_id AND (seq, number) < (:seq, :number) AND seq >= :floor
    ORDER BY seq DESC, number DESC LIMIT :scan) a
) both_kinds ORDER BY seq DESC, number DESC LIMIT 1 OFFSET :scan - 1;

-- name: audit_page
SELECT seq, number, at, actor, action, record, outcome, request_id, address, impersonated_by, body FROM (
  SELECT seq, 0 AS number, at, actor, '' AS action, conversation_id AS record, 'done' AS outcome, request_id, address,
    impersonated_by, body
  FROM events WHERE workspace_id = :workspace_id AND seq <= :top AND seq >= :bottom
    AND (:action = '' OR substr(body, 1, :named_length) = :named)
    AND (:record = '' OR replace(body, :record_id, '') <> body)
    AND (:contact = '' OR actor = :contact OR conversation_id = ANY(:conversations) OR replace(body, :contact_id, '') <> body)
  UNION ALL
  SELECT seq, number, at, actor, action, record, outcome, request_id, address, impersonated_by, '' AS body
  FROM audit_entries WHERE workspace_id = :workspace_id AND (seq, number) < (:seq, :number)
    AND (seq, number) >= (:low_seq, :low_number)
    AND (:action = '' OR action = :action)
    AND (:record = '' OR record = :record)
    AND (:contact = '' OR actor = :contact OR record = :contact OR record = ANY(:conversation_records))
) both_kinds
WHERE (:staff = '' OR actor = :staff OR impersonated_by = :staff) AND at >= :since AND at < :until
ORDER BY seq DESC, number DESC LIMIT :most;

-- name: looks_of_staff
-- Conversations in which somebody takes part are theirs to look at; what they take home counts all the same.
SELECT a.actor AS person,
  COUNT(DISTINCT CASE WHEN NOT EXISTS (SELECT 1 FROM participants p WHERE p.conversation_id = substr(a.record, 14)
    AND p.kind = 'staff' AND p.person_id = substr(a.actor, 7)) THEN a.record END) AS conversations,
  COUNT(DISTINCT CASE WHEN a.action = 'transcript.viewed' THEN a.record END) AS exports
FROM audit_entries a
WHERE a.workspace_id = :workspace_id AND a.number > :after AND a.at > :since AND a.outcome = 'ok'
  AND substr(a.actor, 1, 6) = 'staff:' AND substr(a.record, 1, 13) = 'conversation:'
GROUP BY a.actor;

-- name: impersonators
SELECT impersonated_by AS person FROM audit_entries
WHERE workspace_id = :workspace_id AND number > :after AND at > :since AND impersonated_by IS NOT NULL
UNION
SELECT impersonated_by AS person FROM events
WHERE workspace_id = :workspace_id AND seq > :after_seq AND at > :since AND impersonated_by IS NOT NULL;

-- name: alerts_said
SELECT outcome AS kind, record AS person FROM audit_entries
WHERE workspace_id = :workspace_id AND number > :after AND at > :since AND action = :action;

-- name: fact_at
SELECT at FROM events WHERE workspace_id = :workspace_id AND seq = :seq;

-- name: last_seal
SELECT {seal} FROM audit_seals WHERE workspace_id = :workspace_id ORDER BY number DESC LIMIT 1;

-- name: seals_after
SELECT {seal} FROM audit_seals WHERE workspace_id = :workspace_id AND number > :number ORDER BY number LIMIT :most;

-- name: insert_seal
INSERT INTO audit_seals (workspace_id, number, to_seq, to_entry, at, facts, entries, hash)
VALUES (:workspace_id, :number, :to_seq, :to_entry, :at, :facts, :entries, :hash)
ON CONFLICT (workspace_id, number) DO NOTHING;

-- name: last_anchor
SELECT number, at, body, signer, signature FROM audit_anchors
WHERE number = (SELECT MAX(number) FROM audit_anchors);

-- name: anchors
SELECT number, at, body, signer, signature FROM audit_anchors ORDER BY number;

-- name: insert_anchor
INSERT INTO audit_anchors (number, at, body, signer, signature) VALUES (:number, :at, :body, :signer, :signature)
ON CONFLICT (number) DO NOTHING;

-- name: last_seals
SELECT s.workspace_id, s.number, s.hash FROM heads h JOIN audit_seals s ON s.workspace_id = h.workspace_id
  AND s.number = (SELECT MAX(number) FROM audit_seals WHERE workspace_id = h.workspace_id)
WHERE s.at >= :since;

-- name: facts_to_seal
SELECT seq, at, conversation_id, audience, actor, body, request_id, address, impersonated_by FROM events
WHERE workspace_id = :workspace_id AND seq > :after AND seq <= :up_to ORDER BY seq LIMIT :most;

-- name: entries_to_seal
SELECT number, seq, at, actor, action, record, outcome, request_id, address, impersonated_by FROM audit_entries
WHERE workspace_id = :workspace_id AND number > :after AND number <= :up_to ORDER BY number LIMIT :most;

-- name: unsealed_workspaces
SELECT h.workspace_id FROM heads h LEFT JOIN audit_seals s ON s.workspace_id = h.workspace_id
  AND s.number = (SELECT MAX(number) FROM audit_seals WHERE workspace_id = h.workspace_id)
WHERE h.seq > COALESCE(s.to_seq, 0) OR EXISTS (SELECT 1 FROM audit_entries a
  WHERE a.workspace_id = h.workspace_id AND a.number > COALESCE(s.to_entry, 0));

-- name: workspaces_of_log
SELECT workspace_id FROM heads ORDER BY workspace_id;

-- name: last_due_entry
SELECT to_entry FROM audit_seals WHERE workspace_id = :workspace_id AND at < :before ORDER BY at DESC, number DESC LIMIT 1;

-- name: expired_entries
SELECT CAST(substr(record, 9) AS BIGINT) FROM audit_entries
WHERE workspace_id = :workspace_id AND action = 'entries.expired' ORDER BY number DESC LIMIT 1;

-- name: first_entry
SELECT MIN(number) FROM audit_entries WHERE workspace_id = :workspace_id;

-- name: delete_entries
DELETE FROM audit_entries WHERE workspace_id = :workspace_id AND number <= :up_to;

-- name: last_sealed_entry
SELECT MAX(to_entry) FROM audit_seals WHERE workspace_id = :workspace_id;
