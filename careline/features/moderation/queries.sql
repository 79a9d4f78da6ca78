-- columns: flag
id, seq, conversation_id, message_id, flagger_kind, flagger_id, flagger_name, reason, created_at, resolved_at,
resolved_by, resolution;

-- name: insert_flag
INSERT INTO flags (id, workspace_id, seq, conversation_id, message_id, flagger_kind, flagger_id, flagger_name, reason,
  created_at)
VALUES (:id, :workspace_id, :seq, :conversation_id, :message_id, :flagger_kind, :flagger_id, :flagger_name, :reason,
  :now);

-- name: flag_by_flagger
SELECT {flag} FROM flags WHERE message_id = :message_id AND flagger_kind = :kind AND flagger_id = :person_id;

-- name: flag_by_id
SELECT {flag} FROM flags WHERE id = :id AND workspace_id = :workspace_id;

-- name: open_flags
SELECT {flag of f} FROM flags f
WHERE f.workspace_id = :workspace_id AND f.resolved_at IS NULL AND f.seq < :before
  AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants p
       WHERE p.conversation_id = f.conversation_id AND p.kind = 'staff' AND p.person_id = :person_id))
ORDER BY f.seq DESC LIMIT :most;

-- name: resolved_flags
SELECT {flag of f} FROM flags f
WHERE f.workspace_id = :workspace_id AND f.resolved_at IS NOT NULL AND f.seq < :before
  AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants p
       WHERE p.conversation_id = f.conversation_id AND p.kind = 'staff' AND p.person_id = :person_id))
ORDER BY f.seq DESC LIMIT :most;

-- name: resolve_flags
UPDATE flags SET resolved_at = :now, resolved_by = :resolved_by, resolution = :resolution
WHERE message_id = :message_id AND workspace_id = :workspace_id AND resolved_at IS NULL;

-- name: move_flags
UPDATE flags SET conversation_id = :target_id
WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = :source_id);

-- name: drop_double_flags
DELETE FROM flags WHERE workspace_id = :workspace_id AND flagger_kind = 'contact' AND flagger_id = :contact_id AND EXISTS (
  SELECT 1 FROM flags o WHERE o.message_id = flags.message_id AND o.flagger_kind = 'contact' AND o.flagger_id = :into);

-- name: hand_over_flags
UPDATE flags SET flagger_id = :into
WHERE workspace_id = :workspace_id AND flagger_kind = 'contact' AND flagger_id = :contact_id;

-- name: delete_flags_in
DELETE FROM flags WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = ANY(:ids));

-- name: delete_oldest_flags
DELETE FROM flags WHERE message_id IN (
  SELECT id FROM messages WHERE conversation_id = :conversation_id ORDER BY seq LIMIT :most);
