-- Figures by day, added up behind the log: how far that has come, what it waits for, and the sums.
CREATE TABLE insight_reached (workspace_id TEXT PRIMARY KEY, seq BIGINT NOT NULL) WITHOUT ROWID;
CREATE TABLE insight_waiting (
  workspace_id TEXT NOT NULL, conversation_id TEXT NOT NULL, asked_at BIGINT NOT NULL, answered BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id)
) WITHOUT ROWID;
CREATE TABLE insight_people (
  workspace_id TEXT NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, person_id TEXT NOT NULL, messages BIGINT NOT NULL,
  responses BIGINT NOT NULL, response_ms BIGINT NOT NULL, resolutions BIGINT NOT NULL, resolution_ms BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, kind, day, person_id)
) WITHOUT ROWID;
CREATE TABLE insight_days (
  workspace_id TEXT NOT NULL, day TEXT NOT NULL, contact_messages BIGINT NOT NULL, staff_messages BIGINT NOT NULL,
  active_contacts BIGINT NOT NULL, active_staff BIGINT NOT NULL, responses BIGINT NOT NULL, response_ms BIGINT NOT NULL,
  resolutions BIGINT NOT NULL, resolution_ms BIGINT NOT NULL, PRIMARY KEY (workspace_id, day)
) WITHOUT ROWID;
