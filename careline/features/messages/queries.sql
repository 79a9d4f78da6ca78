-- columns: message
id, conversation_id, seq, kind, sender_kind, sender_id, sender_name, body, reply_to, metadata, client_id, created_at,
edited_at, deleted_at, attachments, reactions, pinned_at, forwarded_from, mentions;

-- columns: quoted
kind AS quoted_kind, sender_kind AS quoted_sender_kind, sender_name AS quoted_sender_name, body AS quoted_body,
deleted_at AS quoted_deleted_at;

-- part: seen
CASE WHEN :sees_all = 1
  THEN EXISTS (SELECT 1 FROM conversations c WHERE c.id = :conversation_id AND c.workspace_id = :workspace_id)
  ELSE EXISTS (SELECT 1 FROM participants p WHERE p.conversation_id = :conversation_id AND p.kind = :actor_kind
    AND p.person_id = :person_id AND p.workspace_id = :workspace_id) END;

-- part: only
(CAST(:from_at AS BIGINT) IS NULL OR m.created_at >= :from_at) AND (CAST(:to_at AS BIGINT) IS NULL OR m.created_at < :to_at)
  AND (CAST(:side AS TEXT) IS NULL OR (m.sender_kind = 'contact') = (:side = 'contact'))
  AND (CAST(:kind AS TEXT) IS NULL OR m.kind = :kind)
  AND (:standing = 0 OR m.deleted_at IS NULL)
  AND (:pinned = 0 OR m.pinned_at IS NOT NULL) AND (:has_attachment = 0 OR m.attachments IS NOT NULL OR m.kind = 'file')
  AND (CAST(:unread_by AS TEXT) IS NULL OR (m.sender_kind NOT IN ('system', :unread_by) AND m.kind <> 'note'
    AND m.deleted_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM marks x WHERE x.conversation_id = m.conversation_id AND x.kind = 'read'
        AND x.reader_kind = :unread_by AND x.from_seq <= m.seq AND x.to_seq >= m.seq)));

-- name: insert_message
INSERT INTO messages (conversation_id, seq, id, workspace_id, kind, sender_kind, sender_id, sender_name, body, reply_to,
  metadata, client_id, created_at, attachments, forwarded_from, mentions)
VALUES (:conversation_id, :seq, :id, :workspace_id, :kind, :sender_kind, :sender_id, :sender_name, :body, :reply_to,
  :metadata, :client_id, :created_at, :attachments, :forwarded_from, :mentions);

-- name: messages_by_client_id [sqlite]
-- INDEXED BY, because SQLite would rather walk a whole conversation than trust an index of two columns.
SELECT {message of m}, {quoted of q} FROM json_each(:named) k
CROSS JOIN messages m INDEXED BY messages_by_client_id ON m.client_id = k.value ->> 1 AND m.conversation_id = k.value ->> 0
LEFT JOIN messages q ON q.id = m.reply_to;

-- name: messages_by_client_id [postgres]
SELECT {message of m}, {quoted of q} FROM unnest(CAST(:client_ids AS TEXT[]), CAST(:conversation_ids AS TEXT[])) k(client_id, conversation_id)
JOIN messages m ON m.conversation_id = k.conversation_id AND m.client_id = k.client_id
LEFT JOIN messages q ON q.id = m.reply_to;

-- name: call_staff
INSERT INTO participants (conversation_id, kind, person_id, workspace_id, joined_at, called_seq)
VALUES (:conversation_id, 'staff', :person_id, :workspace_id, :now, :called_seq)
ON CONFLICT (conversation_id, kind, person_id)
DO UPDATE SET called_seq = COALESCE(excluded.called_seq, participants.called_seq);

-- name: workspaces_of_messages
SELECT DISTINCT workspace_id FROM messages WHERE id = ANY(:ids);

-- name: messages_by_id
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.id = ANY(:ids) AND m.workspace_id = :workspace_id;

-- name: number_if_seen
SELECT h.seq FROM heads h WHERE h.workspace_id = :workspace_id AND {seen};

-- name: messages_before
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.seq < :before AND (:notes = 1 OR m.kind <> 'note') AND {seen}
ORDER BY m.seq DESC LIMIT :most OFFSET :skip;

-- name: public_message_before
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.seq < :before AND m.kind <> 'note' ORDER BY m.seq DESC LIMIT 1;

-- name: messages_after
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.seq > :after AND (:notes = 1 OR m.kind <> 'note') AND {seen}
ORDER BY m.seq LIMIT :most OFFSET :skip;

-- name: only_messages_before
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.seq < :before AND (:notes = 1 OR m.kind <> 'note') AND {seen} AND {only}
ORDER BY m.seq DESC LIMIT :most OFFSET :skip;

-- name: only_messages_after
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.seq > :after AND (:notes = 1 OR m.kind <> 'note') AND {seen} AND {only}
ORDER BY m.seq LIMIT :most OFFSET :skip;

-- name: count_deleted_messages [sqlite]
-- INDEXED BY, because SQLite would rather walk the whole conversation.
SELECT COUNT(*) FROM messages INDEXED BY messages_deleted
WHERE conversation_id = :conversation_id AND deleted_at IS NOT NULL AND kind <> 'note';

-- name: count_deleted_messages [postgres]
SELECT COUNT(*) FROM messages WHERE conversation_id = :conversation_id AND deleted_at IS NOT NULL AND kind <> 'note';

-- name: messages_at
SELECT {message of m}, {quoted of q} FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq
LEFT JOIN messages q ON q.id = m.reply_to
WHERE c.workspace_id = :workspace_id AND c.id = ANY(:conversation_ids) AND c.last_seq > 0;

-- name: last_standing_message
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.seq < :before AND m.deleted_at IS NULL AND m.kind <> 'note'
ORDER BY m.seq DESC LIMIT 1;

-- name: hand_over_messages
-- Without the sender's own names for them: nobody is left who could send them again, and both may have used the same.
UPDATE messages SET sender_id = :into, client_id = NULL
WHERE conversation_id = ANY(:conversation_ids) AND workspace_id = :workspace_id AND sender_kind = 'contact'
  AND sender_id = :contact_id;

-- name: edit_message
UPDATE messages SET body = :body, edited_at = :now WHERE conversation_id = :conversation_id AND seq = :seq;

-- name: delete_message
UPDATE messages SET body = '', metadata = '{}', deleted_at = :now, attachments = NULL, reactions = NULL, pinned_at = NULL,
  mentions = NULL
WHERE conversation_id = :conversation_id AND seq = :seq;

-- name: insert_edit
INSERT INTO message_edits (message_id, seq, workspace_id, body, said_at)
VALUES (:message_id, :seq, :workspace_id, :body, :said_at);

-- name: edits_of
SELECT body, said_at FROM message_edits WHERE message_id = :message_id ORDER BY seq DESC LIMIT :most;

-- name: delete_edits
DELETE FROM message_edits WHERE message_id = ANY(:message_ids);

-- name: pin_message
UPDATE messages SET pinned_at = :pinned_at WHERE conversation_id = :conversation_id AND seq = :seq;

-- name: pinned_messages
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.pinned_at IS NOT NULL AND (:notes = 1 OR m.kind <> 'note')
ORDER BY m.seq DESC LIMIT :most;

-- name: replies_to
SELECT {message of m}, {quoted of q} FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.conversation_id = :conversation_id AND m.reply_to = :message_id AND m.seq > :after
  AND (:notes = 1 OR m.kind <> 'note')
ORDER BY m.seq LIMIT :most;

-- name: restate_attachments
UPDATE messages SET attachments = :attachments WHERE conversation_id = :conversation_id AND seq = :seq;

-- name: delete_edits_in
DELETE FROM message_edits WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = ANY(:ids));

-- name: delete_oldest_edits
DELETE FROM message_edits WHERE message_id IN (
  SELECT id FROM messages WHERE conversation_id = :conversation_id ORDER BY seq LIMIT :most);
