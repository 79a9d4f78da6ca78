-- From where a fact was asked for, and who did it in truth where somebody acted as somebody else: with these the log is
-- the audit of every change (docs/decisions/0025-the-log-is-the-audit.md).
ALTER TABLE events ADD COLUMN request_id TEXT;
ALTER TABLE events ADD COLUMN address TEXT;
ALTER TABLE events ADD COLUMN impersonated_by TEXT;

-- The audit of what changes nothing: what was looked at, who came in, what was refused. `seq` is where the log stood, so
-- that both read as one; numbers are gapless per workspace. What belongs to no workspace stands under an empty one.
CREATE TABLE audit_entries (
  workspace_id TEXT NOT NULL, seq BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL,
  action TEXT NOT NULL, record TEXT, outcome TEXT NOT NULL, request_id TEXT, address TEXT, impersonated_by TEXT,
  PRIMARY KEY (workspace_id, seq, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX audit_entries_by_number ON audit_entries (workspace_id, number);
CREATE INDEX audit_entries_expired ON audit_entries (workspace_id, number) WHERE action = 'entries.expired';
INSERT INTO heads (workspace_id, seq) VALUES ('', 0);

-- The chain: each seal holds digests of the facts and entries since the seal before, and of that seal.
CREATE TABLE audit_seals (
  workspace_id TEXT NOT NULL, number BIGINT NOT NULL, to_seq BIGINT NOT NULL, to_entry BIGINT NOT NULL,
  at BIGINT NOT NULL, facts TEXT NOT NULL, entries TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (workspace_id, number)
) WITHOUT ROWID;
CREATE INDEX audit_seals_by_time ON audit_seals (workspace_id, at, number);
