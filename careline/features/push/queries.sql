-- columns: device
id, token, workspace_id, kind, person_id, platform, credential, created_at, updated_at;

-- name: upsert_device
-- A device is one person's at a time: whoever registers it now has it, and nobody else.
INSERT INTO devices (id, token, workspace_id, kind, person_id, platform, credential, created_at, updated_at)
VALUES (:id, :token, :workspace_id, :kind, :person_id, :platform, :credential, :now, :now)
ON CONFLICT (token) DO UPDATE SET id = excluded.id, workspace_id = excluded.workspace_id, kind = excluded.kind,
  person_id = excluded.person_id, platform = excluded.platform, credential = excluded.credential,
  created_at = excluded.created_at, updated_at = excluded.updated_at;

-- name: renew_device
UPDATE devices SET platform = :platform, credential = :credential, updated_at = :now WHERE id = :id;

-- name: device_by_token
SELECT {device} FROM devices WHERE token = :token;

-- name: devices_of_person
SELECT {device} FROM devices WHERE workspace_id = :workspace_id AND kind = :kind AND person_id = :person_id
ORDER BY updated_at DESC, id DESC;

-- name: devices_of_credential
SELECT {device} FROM devices WHERE credential = :credential AND workspace_id = :workspace_id;

-- name: delete_device
DELETE FROM devices WHERE id = :id AND workspace_id = :workspace_id;
