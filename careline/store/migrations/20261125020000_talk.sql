-- The messages that answer one, in their order.
CREATE INDEX messages_by_reply ON messages (conversation_id, reply_to, seq) WHERE reply_to IS NOT NULL;

-- What messages said before they were edited; seq is the number of the fact that they were.
CREATE TABLE message_edits (
  message_id TEXT NOT NULL, seq BIGINT NOT NULL, workspace_id TEXT NOT NULL, body TEXT NOT NULL, said_at BIGINT NOT NULL,
  PRIMARY KEY (message_id, seq)
) WITHOUT ROWID;

-- What somebody thinks staff should look at; seq is the number of the fact that they said so.
CREATE TABLE flags (
  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, seq BIGINT NOT NULL, conversation_id TEXT NOT NULL,
  message_id TEXT NOT NULL, flagger_kind TEXT NOT NULL, flagger_id TEXT NOT NULL, flagger_name TEXT NOT NULL,
  reason TEXT NOT NULL, created_at BIGINT NOT NULL, resolved_at BIGINT, resolved_by TEXT, resolution TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX flags_by_message ON flags (message_id, flagger_kind, flagger_id);
CREATE INDEX flags_open ON flags (workspace_id, seq) WHERE resolved_at IS NULL;
CREATE INDEX flags_resolved ON flags (workspace_id, seq) WHERE resolved_at IS NOT NULL;
