-- columns: attachment
id, workspace_id, conversation_id, message_id, owner_kind, owner_id, name, type, size, sha256, width, height, thumbnail,
storage_key, url, state, staff_only, created_at, deleted_at;

-- name: insert_attachment
INSERT INTO attachments ({attachment})
VALUES (:id, :workspace_id, :conversation_id, :message_id, :owner_kind, :owner_id, :name, :type, :size, :sha256, :width,
  :height, :thumbnail, :storage_key, :url, :state, :staff_only, :created_at, :deleted_at);

-- name: complete_attachment
UPDATE attachments SET name = :name, type = :type, size = :size, sha256 = :sha256, width = :width, height = :height,
  thumbnail = :thumbnail, storage_key = :storage_key, state = :state, created_at = :now
WHERE id = :id AND workspace_id = :workspace_id;

-- name: attachments_by_id
SELECT {attachment} FROM attachments WHERE id = ANY(:ids) AND workspace_id = :workspace_id;

-- name: attachments_of_messages
SELECT {attachment} FROM attachments WHERE message_id = ANY(:message_ids) AND workspace_id = :workspace_id;

-- name: attachments_in_conversation
SELECT {attachment} FROM attachments
WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = :conversation_id AND attachments IS NOT NULL);

-- name: bind_attachment
UPDATE attachments SET conversation_id = :conversation_id, message_id = :message_id, staff_only = :staff_only
WHERE id = :id;

-- name: uploaded_bytes
SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM attachments
WHERE workspace_id = :workspace_id AND owner_kind = :kind AND owner_id = :person_id AND created_at > :since
  AND url IS NULL;

-- name: delete_attachments
UPDATE attachments SET deleted_at = :now WHERE id = ANY(:ids) AND workspace_id = :workspace_id;

-- name: old_attachments
-- With `strangers`, of their conversations alone, whoever attached it there.
SELECT {attachment of a} FROM attachments a
WHERE a.workspace_id = :workspace_id AND a.message_id IS NOT NULL AND a.storage_key IS NOT NULL
  AND a.created_at < :before AND a.deleted_at IS NULL AND a.state <> 'expired'
  AND (:strangers = 0 OR EXISTS (
    SELECT 1 FROM participants p JOIN contacts c ON c.workspace_id = p.workspace_id AND c.id = p.person_id
    WHERE p.conversation_id = a.conversation_id AND p.kind = 'contact' AND c.identified_at IS NULL))
ORDER BY a.created_at LIMIT :most;

-- name: set_attachment_state
UPDATE attachments SET state = :state WHERE id = :id;

-- name: unscanned_attachments
SELECT {attachment} FROM attachments
WHERE state IN ('pending', 'unscanned') AND created_at > 0 AND deleted_at IS NULL AND storage_key IS NOT NULL
ORDER BY created_at LIMIT :most;

-- name: removable_blobs
-- A key that another attachment still needs, because a message was forwarded, stays.
SELECT a.id, a.storage_key, a.thumbnail FROM attachments a
WHERE a.id = ANY(:ids) AND a.storage_key IS NOT NULL AND (a.deleted_at IS NOT NULL OR a.state = 'expired')
  AND NOT EXISTS (SELECT 1 FROM attachments o WHERE o.storage_key = a.storage_key AND o.deleted_at IS NULL
                  AND o.state <> 'expired');

-- name: known_keys
SELECT storage_key AS id FROM attachments WHERE storage_key = ANY(:keys);

-- name: forget_attachments
DELETE FROM attachments WHERE id = ANY(:ids) AND deleted_at IS NOT NULL;

-- name: forget_bytes
UPDATE attachments SET storage_key = NULL, thumbnail = NULL WHERE id = ANY(:ids) AND state = 'expired';

-- name: hand_over_attachments
UPDATE attachments SET owner_id = :into
WHERE workspace_id = :workspace_id AND owner_kind = 'contact' AND owner_id = :contact_id;

-- name: move_attachments
UPDATE attachments SET conversation_id = :target_id
WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = :source_id AND attachments IS NOT NULL);
