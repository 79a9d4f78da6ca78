-- name: set_reactions
UPDATE messages SET reactions = :reactions WHERE conversation_id = :conversation_id AND seq = :seq;
