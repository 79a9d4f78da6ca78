-- columns: message
id, conversation_id, seq, kind, sender_kind, sender_id, sender_name, body, reply_to, metadata, client_id, created_at,
edited_at, deleted_at, attachments, reactions, pinned_at, forwarded_from, mentions;

-- name: insert_message
INSERT INTO messages (conversation_id, seq, id, workspace_id, kind, sender_kind, sender_id, sender_name, body, reply_to,
  metadata, client_id, created_at, attachments, forwarded_from, mentions)
VALUES (:conversation_id, :seq, :id, :workspace_id, :kind, :sender_kind, :sender_id, :sender_name, :body, :reply_to,
  :metadata, :client_id, :created_at, :attachments, :forwarded_from, :mentions);

-- name: messages_by_client_id [sqlite]
-- INDEXED BY, because SQLite would rather walk a whole conversation than trust an index of two columns.
SELECT {message of m} FROM json_each(:named) k
CROSS JOIN messages m INDEXED BY messages_by_client_id ON m.client_id = k.value ->> 1 AND m.conversation_id = k.value ->> 0;

-- name: messages_by_client_id [postgres]
SELECT {message of m} FROM unnest(CAST(:client_ids AS TEXT[]), CAST(:conversation_ids AS TEXT[])) k(client_id, conversation_id)
JOIN messages m ON m.conversation_id = k.conversation_id AND m.client_id = k.client_id;

-- name: messages_by_id
SELECT {message} FROM messages WHERE id = ANY(:ids) AND workspace_id = :workspace_id;

-- name: messages_before
SELECT {message} FROM messages WHERE conversation_id = :conversation_id AND seq < :before AND (:notes = 1 OR kind <> 'note')
ORDER BY seq DESC LIMIT :most OFFSET :skip;

-- name: messages_after
SELECT {message} FROM messages WHERE conversation_id = :conversation_id AND seq > :after AND (:notes = 1 OR kind <> 'note')
ORDER BY seq LIMIT :most OFFSET :skip;

-- name: messages_at
SELECT {message of m} FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq
WHERE c.workspace_id = :workspace_id AND c.id = ANY(:conversation_ids) AND c.last_seq > 0;

-- name: hand_over_messages
-- Without the sender's own names for them: nobody is left who could send them again, and both may have used the same.
UPDATE messages SET sender_id = :into, client_id = NULL
WHERE conversation_id = ANY(:conversation_ids) AND workspace_id = :workspace_id AND sender_kind = 'contact'
  AND sender_id = :contact_id;

-- name: edit_message
UPDATE messages SET body = :body, edited_at = :now WHERE conversation_id = :conversation_id AND seq = :seq;

-- name: delete_message
UPDATE messages SET body = '', metadata = '{}', deleted_at = :now
WHERE conversation_id = :conversation_id AND seq = :seq;
