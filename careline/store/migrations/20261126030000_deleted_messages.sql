-- Lists that leave out what was taken back say how much is left without counting a whole conversation.
CREATE INDEX messages_deleted ON messages (conversation_id) WHERE deleted_at IS NOT NULL;
