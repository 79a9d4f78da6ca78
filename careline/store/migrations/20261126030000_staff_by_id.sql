-- Another system's staff are found by their id alone: whoever signs their token need not say where they work.
CREATE INDEX staff_by_id ON staff (id, workspace_id) WHERE account_id IS NULL;
