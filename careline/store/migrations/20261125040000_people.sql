-- Contacts in the order they came (the number of their contact.added), what a list looks for in them, folded to lower
-- case, and the phone number once somebody other than themselves has vouched for it.
ALTER TABLE contacts ADD COLUMN added_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN sought TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN blocked_at BIGINT;
ALTER TABLE contacts ADD COLUMN phone_confirmed_at BIGINT;
-- Those who are here already get numbers below any that are still to come: each of them has one in the log.
UPDATE contacts SET added_seq = n.number, sought = LOWER(COALESCE(contacts.name, '') || '
' || COALESCE(contacts.email, '') || '
' || COALESCE(contacts.phone, ''))
FROM (SELECT workspace_id, id, ROW_NUMBER() OVER (PARTITION BY workspace_id ORDER BY created_at, id) AS number
      FROM contacts) n
WHERE n.workspace_id = contacts.workspace_id AND n.id = contacts.id;
CREATE INDEX contacts_by_added ON contacts (workspace_id, added_seq, sought);
CREATE INDEX contacts_by_phone ON contacts (workspace_id, phone) WHERE phone_confirmed_at IS NOT NULL;

-- The working hours of a workspace whose closed doors answer by themselves; null where none do. The hot path asks this.
ALTER TABLE workspaces ADD COLUMN notice_hours TEXT;

-- What staff say often.
CREATE TABLE canned (
  workspace_id TEXT NOT NULL, id TEXT NOT NULL, shortcut TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
  created_by TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX canned_by_shortcut ON canned (workspace_id, shortcut);

-- One-time codes by phone: asked for, then made and sent by a job. The code itself is kept nowhere, only its keyed hash.
CREATE TABLE codes (
  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, phone TEXT NOT NULL, digest TEXT, tries BIGINT NOT NULL,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX codes_by_phone ON codes (workspace_id, phone, created_at);
CREATE INDEX codes_by_workspace ON codes (workspace_id, created_at);

-- Where people are reached when they are not connected: one person for each device, and gone with what let them in.
CREATE TABLE devices (
  id TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL, kind TEXT NOT NULL,
  person_id TEXT NOT NULL, platform TEXT NOT NULL, credential TEXT NOT NULL, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX devices_by_person ON devices (workspace_id, kind, person_id);
CREATE INDEX devices_by_credential ON devices (credential);
