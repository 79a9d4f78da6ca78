-- Of several indexes that would cost the same PostgreSQL takes the newest. Without statistics all that begin with the
-- workspace do, and by the wrong one it walked over every conversation of a workspace to find one of them. So the primary
-- keys have to be the newest (docs/decisions/0044-plans-that-need-no-statistics.md).
ALTER TABLE conversations DROP CONSTRAINT conversations_pkey, ADD PRIMARY KEY (workspace_id, id);
ALTER TABLE contacts DROP CONSTRAINT contacts_pkey, ADD PRIMARY KEY (workspace_id, id);
ALTER TABLE attachments DROP CONSTRAINT attachments_pkey, ADD PRIMARY KEY (id);
ALTER TABLE flags DROP CONSTRAINT flags_pkey, ADD PRIMARY KEY (id);
ALTER TABLE codes DROP CONSTRAINT codes_pkey, ADD PRIMARY KEY (id);
