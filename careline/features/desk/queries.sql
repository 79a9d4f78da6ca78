-- columns: label
id, name, colour, created_at, folded;

-- name: labels_of_workspace
SELECT {label} FROM labels WHERE workspace_id = :workspace_id AND deleted_at IS NULL ORDER BY folded;

-- name: labels_by_id
SELECT {label} FROM labels WHERE workspace_id = :workspace_id AND id = ANY(:ids) AND deleted_at IS NULL;

-- name: deleted_labels
SELECT {label} FROM labels WHERE workspace_id = :workspace_id AND deleted_at IS NOT NULL;

-- name: insert_label
INSERT INTO labels (workspace_id, id, name, colour, created_at, folded)
VALUES (:workspace_id, :id, :name, :colour, :created_at, :folded);

-- name: update_label
UPDATE labels SET name = :name, colour = :colour, folded = :folded WHERE workspace_id = :workspace_id AND id = :id;

-- name: delete_label
UPDATE labels SET deleted_at = :now, folded = id WHERE workspace_id = :workspace_id AND id = :id;

-- name: forget_label
DELETE FROM labels WHERE workspace_id = :workspace_id AND id = :id;

-- name: bearers_of_label
SELECT c.id, c.labels FROM conversation_labels b JOIN conversations c ON c.workspace_id = b.workspace_id AND c.id = b.conversation_id
WHERE b.workspace_id = :workspace_id AND b.label_id = :label_id LIMIT :most;

-- name: set_labels
UPDATE conversations SET labels = :labels WHERE workspace_id = :workspace_id AND id = :id;

-- name: put_label_on
INSERT INTO conversation_labels (conversation_id, label_id, workspace_id, status, activity_seq)
VALUES (:conversation_id, :label_id, :workspace_id, :status, :activity_seq)
ON CONFLICT (conversation_id, label_id) DO NOTHING;

-- name: take_label_off
DELETE FROM conversation_labels WHERE conversation_id = :conversation_id AND label_id = :label_id;

-- name: bring_up
UPDATE conversations SET activity_seq = :activity_seq WHERE workspace_id = :workspace_id AND id = :id;

-- name: changes_before
SELECT conversation_id, number, at, actor, field, before, after FROM changes
WHERE conversation_id = :conversation_id AND number < :before ORDER BY number DESC LIMIT :most;

-- name: said_in
SELECT conversation_id, seq, sender_kind, kind FROM messages WHERE conversation_id = ANY(:ids) LIMIT :most;

-- name: marks_in
SELECT m.conversation_id, m.kind, m.reader_kind, m.reader_id, r.reader_name, m.from_seq, m.to_seq, m.at
FROM marks m JOIN readers r ON r.conversation_id = m.conversation_id AND r.kind = m.kind
  AND r.reader_kind = m.reader_kind AND r.reader_id = m.reader_id
WHERE m.conversation_id = ANY(:ids) LIMIT :most;

-- name: unname_doubles
UPDATE messages SET client_id = NULL WHERE conversation_id = :source_id AND client_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM messages o WHERE o.client_id = messages.client_id AND o.conversation_id = :target_id
    AND o.sender_kind = messages.sender_kind AND o.sender_id = messages.sender_id);

-- name: move_messages
UPDATE messages SET conversation_id = :target_id WHERE conversation_id = :source_id;

-- name: move_changes
UPDATE changes SET conversation_id = :target_id WHERE conversation_id = :source_id;

-- name: copy_participants
INSERT INTO participants (conversation_id, kind, person_id, workspace_id, joined_at, called_seq)
SELECT CAST(:target_id AS TEXT), kind, person_id, workspace_id, joined_at, called_seq FROM participants
WHERE conversation_id = :source_id
ON CONFLICT (conversation_id, kind, person_id) DO UPDATE SET called_seq = excluded.called_seq
  WHERE excluded.called_seq > COALESCE(participants.called_seq, 0);

-- name: take_in
UPDATE conversations SET thread = :thread, message_count = :message_count, last_seq = :last_seq,
  activity_seq = :activity_seq, staff_unread = :staff_unread, contact_unread = :contact_unread,
  staff_read_seq = :staff_read_seq, contact_read_seq = :contact_read_seq, created_at = :created_at
WHERE workspace_id = :workspace_id AND id = :id;

-- name: delete_messages_in
DELETE FROM messages WHERE conversation_id = ANY(:ids);

-- name: delete_marks_in
DELETE FROM marks WHERE conversation_id = ANY(:ids);

-- name: delete_readers_in
DELETE FROM readers WHERE conversation_id = ANY(:ids);

-- name: quietest_conversations
SELECT c.id, c.activity_seq,
  COALESCE((SELECT m.created_at FROM messages m WHERE m.conversation_id = c.id AND m.seq = c.last_seq), c.created_at) AS quiet_since,
  c.updated_at, c.snoozed_until
FROM conversations c WHERE c.workspace_id = :workspace_id AND c.status = :status AND c.activity_seq > :after
ORDER BY c.activity_seq LIMIT :most;

-- name: kept_readers
SELECT conversation_id, kind, reader_kind, reader_id, reader_name, up_to, at FROM readers WHERE conversation_id = ANY(:ids);

-- name: message_beyond
SELECT id FROM messages WHERE conversation_id = :conversation_id ORDER BY seq LIMIT 1 OFFSET :skip;

-- name: delete_oldest_messages
DELETE FROM messages WHERE conversation_id = :conversation_id AND seq IN (
  SELECT seq FROM messages WHERE conversation_id = :conversation_id ORDER BY seq LIMIT :most);
