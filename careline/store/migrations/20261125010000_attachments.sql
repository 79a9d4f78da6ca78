-- Files that were uploaded, and references to files elsewhere (then there is a url and no storage_key). Until it is
-- sent, an attachment has no message and is its owner's alone. thumbnail is the SHA-256 of the small picture, if any.
CREATE TABLE attachments (
  id TEXT NOT NULL PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  conversation_id TEXT,
  message_id TEXT,
  owner_kind TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT,
  width BIGINT,
  height BIGINT,
  thumbnail TEXT,
  storage_key TEXT,
  url TEXT,
  state TEXT NOT NULL,
  staff_only BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
) WITHOUT ROWID;

CREATE INDEX attachments_of_message ON attachments (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_of_owner ON attachments (workspace_id, owner_kind, owner_id, created_at);
CREATE INDEX attachments_of_workspace ON attachments (workspace_id, created_at) WHERE message_id IS NOT NULL AND storage_key IS NOT NULL;
CREATE INDEX attachments_by_key ON attachments (storage_key) WHERE storage_key IS NOT NULL;
CREATE INDEX attachments_unscanned ON attachments (created_at) WHERE state IN ('pending', 'unscanned');
