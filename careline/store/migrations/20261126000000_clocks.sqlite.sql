-- One time zone for a workspace: that of its hours, which contacts see, becomes the one of everything.
UPDATE workspaces SET settings = json_remove(
  json_set(settings, '$.time_zone', json_extract(settings, '$.hours.time_zone')), '$.hours.time_zone')
WHERE json_extract(settings, '$.hours.time_zone') IS NOT NULL;
