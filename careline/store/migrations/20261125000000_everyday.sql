-- What is attached, reacted and mentioned is told as JSON beside the message that readers see, null where there is
-- nothing: a page of history and a frame need no second question.
ALTER TABLE messages ADD COLUMN attachments TEXT;
ALTER TABLE messages ADD COLUMN reactions TEXT;
ALTER TABLE messages ADD COLUMN pinned_at BIGINT;
ALTER TABLE messages ADD COLUMN forwarded_from TEXT;
ALTER TABLE messages ADD COLUMN mentions TEXT;
CREATE INDEX messages_pinned ON messages (conversation_id, seq) WHERE pinned_at IS NOT NULL;

ALTER TABLE conversations ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';
ALTER TABLE conversations ADD COLUMN snoozed_until BIGINT;
ALTER TABLE conversations ADD COLUMN pinned_at BIGINT;
ALTER TABLE conversations ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';

-- How a workspace is set up beyond what the hot path asks: one JSON object, typed in features/workspaces/rows.py.
ALTER TABLE workspaces ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
