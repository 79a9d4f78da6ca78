-- name: insert_message
INSERT INTO messages (conversation_id, seq, id, workspace_id, kind, sender_kind, sender_id, sender_name, body, reply_to,
  metadata, client_id, created_at)
VALUES (:conversation_id, :seq, :id, :workspace_id, :kind, :sender_kind, :sender_id, :sender_name, :body, :reply_to,
  :metadata, :client_id, :created_at);

-- name: messages_by_client_id [sqlite]
-- INDEXED BY, because SQLite would rather walk a whole conversation than trust an index of two columns.
SELECT m.id, m.conversation_id, m.seq, m.kind, m.sender_kind, m.sender_id, m.sender_name, m.body, m.reply_to, m.metadata,
  m.client_id, m.created_at, m.edited_at, m.deleted_at
FROM json_each(:named) k
CROSS JOIN messages m INDEXED BY messages_by_client_id ON m.client_id = k.value ->> 1 AND m.conversation_id = k.value ->> 0;

-- name: messages_by_client_id [postgres]
SELECT m.id, m.conversation_id, m.seq, m.kind, m.sender_kind, m.sender_id, m.sender_name, m.body, m.reply_to, m.metadata,
  m.client_id, m.created_at, m.edited_at, m.deleted_at
FROM unnest(CAST(:client_ids AS TEXT[]), CAST(:conversation_ids AS TEXT[])) k(client_id, conversation_id)
JOIN messages m ON m.conversation_id = k.conversation_id AND m.client_id = k.client_id;

-- name: messages_by_id
SELECT id, conversation_id, seq, kind, sender_kind, sender_id, sender_name, body, reply_to, metadata, client_id,
  created_at, edited_at, deleted_at
FROM messages WHERE id = ANY(:ids) AND workspace_id = :workspace_id;

-- name: messages_before
SELECT id, conversation_id, seq, kind, sender_kind, sender_id, sender_name, body, reply_to, metadata, client_id,
  created_at, edited_at, deleted_at
FROM messages WHERE conversation_id = :conversation_id AND seq < :before AND (:notes = 1 OR kind <> 'note')
ORDER BY seq DESC LIMIT :most OFFSET :skip;

-- name: messages_after
SELECT id, conversation_id, seq, kind, sender_kind, sender_id, sender_name, body, reply_to, metadata, client_id,
  created_at, edited_at, deleted_at
FROM messages WHERE conversation_id = :conversation_id AND seq > :after AND (:notes = 1 OR kind <> 'note')
ORDER BY seq LIMIT :most OFFSET :skip;

-- name: messages_at
SELECT m.id, m.conversation_id, m.seq, m.kind, m.sender_kind, m.sender_id, m.sender_name, m.body, m.reply_to, m.metadata,
  m.client_id, m.created_at, m.edited_at, m.deleted_at
FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq
WHERE c.workspace_id = :workspace_id AND c.id = ANY(:conversation_ids) AND c.last_seq > 0;

-- name: edit_message
UPDATE messages SET body = :body, edited_at = :now WHERE conversation_id = :conversation_id AND seq = :seq;

-- name: delete_message
UPDATE messages SET body = '', metadata = '{}', deleted_at = :now
WHERE conversation_id = :conversation_id AND seq = :seq;
