-- name: reacted_by
-- `named` is the person's id as JSON: it may stand there as somebody's name as well.
SELECT conversation_id, seq, reactions FROM messages
WHERE conversation_id = ANY(:conversation_ids) AND reactions IS NOT NULL AND replace(reactions, :named, '') <> reactions;

-- name: set_reactions
UPDATE messages SET reactions = :reactions WHERE conversation_id = :conversation_id AND seq = :seq;
