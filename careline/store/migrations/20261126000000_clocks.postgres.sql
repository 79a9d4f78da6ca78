-- One time zone for a workspace: that of its hours, which contacts see, becomes the one of everything.
UPDATE workspaces SET settings = (
  jsonb_set(settings::jsonb, '{time_zone}', settings::jsonb #> '{hours,time_zone}') #- '{hours,time_zone}')::text
WHERE settings::jsonb #>> '{hours,time_zone}' IS NOT NULL;
