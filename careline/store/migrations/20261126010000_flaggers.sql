-- What somebody flagged becomes somebody else's when two contacts turn out to be one.
CREATE INDEX flags_by_flagger ON flags (workspace_id, flagger_kind, flagger_id);
