-- name: insert_contact_token
INSERT INTO contact_tokens (id, digest, workspace_id, contact_id, label, created_by, created_at, expires_at)
VALUES (:id, :digest, :workspace_id, :contact_id, :label, :created_by, :now, :expires_at);

-- name: contacts_by_token_digest
SELECT t.id AS credential_id, t.workspace_id, c.id, c.name, NULL AS role, NULL AS scope, t.expires_at,
  t.revoked_at AS ended_at, t.digest
FROM contact_tokens t JOIN contacts c ON c.workspace_id = t.workspace_id AND c.id = t.contact_id
WHERE t.digest = ANY(:digests);

-- name: contact_by_token_id
SELECT t.id AS credential_id, t.workspace_id, c.id, c.name, NULL AS role, NULL AS scope, t.expires_at,
  t.revoked_at AS ended_at
FROM contact_tokens t JOIN contacts c ON c.workspace_id = t.workspace_id AND c.id = t.contact_id
WHERE t.id = :id;

-- name: contact_token_by_id
SELECT id, workspace_id, contact_id, label, created_by, created_at, expires_at, revoked_at, last_used_at
FROM contact_tokens WHERE id = :id;

-- name: contact_tokens_of
SELECT id, workspace_id, contact_id, label, created_by, created_at, expires_at, revoked_at, last_used_at
FROM contact_tokens WHERE workspace_id = :workspace_id AND contact_id = :contact_id
ORDER BY created_at DESC, id DESC LIMIT 200;

-- name: live_contact_tokens
SELECT id, workspace_id, contact_id, label, created_by, created_at, expires_at, revoked_at, last_used_at
FROM contact_tokens WHERE workspace_id = :workspace_id AND contact_id = :contact_id AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > :now);

-- name: revoke_contact_token
UPDATE contact_tokens SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL;

-- name: hand_over_tokens
-- None of them opens anything any more; they are listed where the person is.
UPDATE contact_tokens SET contact_id = :into, revoked_at = COALESCE(revoked_at, :now)
WHERE workspace_id = :workspace_id AND contact_id = :contact_id;

-- name: use_contact_token
UPDATE contact_tokens SET last_used_at = :at WHERE id = :id;

-- name: delete_contact_tokens
DELETE FROM contact_tokens WHERE workspace_id = :workspace_id AND contact_id = :contact_id;

-- name: insert_session
INSERT INTO sessions (id, account_id, workspace_id, staff_id, access_digest, access_expires_at, created_at, expires_at)
VALUES (:id, :account_id, :workspace_id, :staff_id, :access_digest, :access_expires_at, :now, :expires_at);

-- name: renew_session
UPDATE sessions SET access_digest = :access_digest, access_expires_at = :access_expires_at,
  workspace_id = :workspace_id, staff_id = :staff_id
WHERE id = :id;

-- name: staff_by_access_digest
SELECT s.id AS credential_id, s.workspace_id, w.id, w.name, w.role, w.scope, s.access_expires_at AS expires_at,
  COALESCE(s.revoked_at, w.deactivated_at) AS ended_at, s.access_digest AS digest
FROM sessions s JOIN staff w ON w.workspace_id = s.workspace_id AND w.id = s.staff_id
WHERE s.access_digest = ANY(:digests);

-- name: staff_by_session_id
SELECT s.id AS credential_id, s.workspace_id, w.id, w.name, w.role, w.scope, s.access_expires_at AS expires_at,
  COALESCE(s.revoked_at, w.deactivated_at) AS ended_at
FROM sessions s JOIN staff w ON w.workspace_id = s.workspace_id AND w.id = s.staff_id
WHERE s.id = :id;

-- name: staff_by_refresh_digest
-- As long as the session: what the cookie carries is not the access token.
SELECT s.id AS credential_id, s.workspace_id, w.id, w.name, w.role, w.scope, s.expires_at,
  COALESCE(s.revoked_at, w.deactivated_at) AS ended_at
FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id
JOIN staff w ON w.workspace_id = s.workspace_id AND w.id = s.staff_id
WHERE r.digest = :digest AND r.used_at IS NULL AND r.expires_at > :now;

-- name: session_by_id
SELECT id, account_id, workspace_id, staff_id, access_expires_at, created_at, expires_at, revoked_at
FROM sessions WHERE id = :id;

-- name: revoke_session
UPDATE sessions SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL;

-- name: live_sessions_of_account
SELECT id, account_id, workspace_id, staff_id, access_expires_at, created_at, expires_at, revoked_at
FROM sessions WHERE account_id = :account_id AND revoked_at IS NULL ORDER BY workspace_id, id;

-- name: delete_old_sessions
DELETE FROM sessions WHERE expires_at < :before;

-- name: insert_refresh_token
INSERT INTO refresh_tokens (digest, session_id, expires_at) VALUES (:digest, :session_id, :expires_at);

-- name: use_refresh_token
UPDATE refresh_tokens SET used_at = :now WHERE digest = :digest AND used_at IS NULL AND expires_at > :now
RETURNING session_id;

-- name: session_of_refresh_token
SELECT session_id FROM refresh_tokens WHERE digest = :digest;

-- name: delete_old_refresh_tokens
DELETE FROM refresh_tokens WHERE expires_at < :before;

-- name: insert_ticket
INSERT INTO tickets (digest, credential, origin, expires_at) VALUES (:digest, :credential, :origin, :expires_at);

-- name: take_ticket
DELETE FROM tickets WHERE digest = :digest RETURNING credential, origin, expires_at;

-- name: delete_old_tickets
DELETE FROM tickets WHERE expires_at < :before;

-- name: insert_code
INSERT INTO codes (id, workspace_id, phone, tries, created_at, expires_at)
VALUES (:id, :workspace_id, :phone, 0, :now, :expires_at);

-- name: codes_of_phone
-- When the code that fills somebody's share was asked for.
SELECT created_at FROM codes WHERE workspace_id = :workspace_id AND phone = :phone AND created_at > :since
ORDER BY created_at DESC LIMIT 1 OFFSET :skip;

-- name: codes_of_workspace
SELECT created_at FROM codes WHERE workspace_id = :workspace_id AND created_at > :since
ORDER BY created_at DESC LIMIT 1 OFFSET :skip;

-- name: open_code
SELECT phone, digest FROM codes
WHERE id = :id AND workspace_id = :workspace_id AND used_at IS NULL AND expires_at > :now;

-- name: newest_code
SELECT id FROM codes WHERE workspace_id = :workspace_id AND phone = :phone AND used_at IS NULL AND expires_at > :now
ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: set_code
UPDATE codes SET digest = :digest WHERE id = :id;

-- name: try_code
UPDATE codes SET tries = tries + 1
WHERE id = :id AND workspace_id = :workspace_id AND phone = :phone AND used_at IS NULL AND tries < :most
  AND expires_at > :now
RETURNING phone, digest;

-- name: use_code
UPDATE codes SET used_at = :now WHERE id = :id AND used_at IS NULL RETURNING id;

-- name: delete_old_codes
DELETE FROM codes WHERE created_at < :before;
