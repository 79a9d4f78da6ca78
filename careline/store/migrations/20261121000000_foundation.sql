-- Facts about this store: its epoch (changes when a backup is restored), its cursor key, the oldest code allowed.
CREATE TABLE server (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The log, which is read forwards from a number and by workspace only: an index by conversation would cost every
-- message a page of its own (docs/decisions/0011-catching-up-scans.md). Numbers are gapless per workspace; heads is narrow and referenced by nothing, so its row is the lock.
CREATE TABLE heads (workspace_id TEXT PRIMARY KEY, seq BIGINT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
  workspace_id TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL,
  conversation_id TEXT, audience TEXT NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (workspace_id, seq)
) WITHOUT ROWID;

-- Work that follows from events.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
  run_at BIGINT NOT NULL, attempts BIGINT NOT NULL, claimed_until BIGINT, given_up_at BIGINT, last_error TEXT
) WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (run_at) WHERE given_up_at IS NULL;

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, accent TEXT NOT NULL, greeting TEXT NOT NULL,
  threading TEXT NOT NULL, contact_message_status TEXT, staff_reply_status TEXT,
  edit_window_ms BIGINT NOT NULL, origins TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE accounts (
  id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL, password_changed_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TABLE staff (
  workspace_id TEXT NOT NULL, id TEXT NOT NULL, account_id TEXT, name TEXT NOT NULL, email TEXT,
  role TEXT NOT NULL, scope TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  last_seen_at BIGINT, deactivated_at BIGINT, PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX staff_by_account ON staff (account_id, workspace_id) WHERE account_id IS NOT NULL;
CREATE TABLE contacts (
  workspace_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT, email TEXT, phone TEXT, attributes TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, identified_at BIGINT, last_seen_at BIGINT,
  PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;

-- What lets people in. Only SHA-256 digests are kept: a copy of this database opens no door.
CREATE TABLE contact_tokens (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL, contact_id TEXT NOT NULL,
  label TEXT, created_by TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, revoked_at BIGINT,
  last_used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX contact_tokens_by_contact ON contact_tokens (workspace_id, contact_id, created_at);
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, account_id TEXT NOT NULL, workspace_id TEXT NOT NULL, staff_id TEXT NOT NULL,
  access_digest TEXT NOT NULL UNIQUE, access_expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT
) WITHOUT ROWID;
CREATE INDEX sessions_by_staff ON sessions (workspace_id, staff_id);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE TABLE refresh_tokens (
  digest TEXT PRIMARY KEY, session_id TEXT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT
) WITHOUT ROWID;
CREATE TABLE tickets (
  digest TEXT PRIMARY KEY, credential TEXT NOT NULL, origin TEXT NOT NULL, expires_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE conversations (
  workspace_id TEXT NOT NULL, id TEXT NOT NULL, subject TEXT, status TEXT NOT NULL, assignee_id TEXT,
  created_by TEXT NOT NULL, metadata TEXT NOT NULL, thread TEXT, message_count BIGINT NOT NULL,
  last_seq BIGINT NOT NULL, activity_seq BIGINT NOT NULL, staff_unread BIGINT NOT NULL, contact_unread BIGINT NOT NULL,
  staff_read_seq BIGINT NOT NULL, contact_read_seq BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, closed_at BIGINT,
  PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX conversations_by_activity ON conversations (workspace_id, status, activity_seq);
CREATE INDEX conversations_by_assignee ON conversations (workspace_id, assignee_id, status);
-- The thread of a contact (or of a staff member and a contact) where the workspace allows only one: never two.
CREATE UNIQUE INDEX conversations_by_thread ON conversations (workspace_id, thread) WHERE thread IS NOT NULL;
CREATE TABLE participants (
  conversation_id TEXT NOT NULL, kind TEXT NOT NULL, person_id TEXT NOT NULL, workspace_id TEXT NOT NULL,
  joined_at BIGINT NOT NULL, PRIMARY KEY (conversation_id, kind, person_id)
) WITHOUT ROWID;
CREATE INDEX participants_by_person ON participants (workspace_id, kind, person_id, conversation_id);

-- Clustered by conversation and number: a page of history is one range of one tree.
CREATE TABLE messages (
  conversation_id TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL, sender_kind TEXT NOT NULL, sender_id TEXT NOT NULL, sender_name TEXT NOT NULL,
  body TEXT NOT NULL, reply_to TEXT, metadata TEXT NOT NULL, client_id TEXT,
  created_at BIGINT NOT NULL, edited_at BIGINT, deleted_at BIGINT, PRIMARY KEY (conversation_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX messages_by_id ON messages (id);
-- Led by the client's own id: time-ordered ids (UUIDv7) then land side by side, whichever their conversations.
CREATE UNIQUE INDEX messages_by_client_id ON messages (client_id, conversation_id, sender_kind, sender_id);

-- Who has read or received what: ranges of message numbers, one row per act however many messages; and how far each
-- reader has come, so that the ranges over one page are found without walking the rest.
CREATE TABLE readers (
  conversation_id TEXT NOT NULL, kind TEXT NOT NULL, reader_kind TEXT NOT NULL, reader_id TEXT NOT NULL,
  reader_name TEXT NOT NULL, up_to BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, kind, reader_kind, reader_id)
) WITHOUT ROWID;
CREATE TABLE marks (
  conversation_id TEXT NOT NULL, kind TEXT NOT NULL, reader_kind TEXT NOT NULL, reader_id TEXT NOT NULL,
  to_seq BIGINT NOT NULL, from_seq BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, kind, reader_kind, reader_id, to_seq)
) WITHOUT ROWID;
