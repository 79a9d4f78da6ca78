-- columns: contact
workspace_id, id, name, email, phone, attributes, created_at, updated_at, identified_at, last_seen_at, blocked_at,
phone_confirmed_at, added_seq;

-- name: insert_account
INSERT INTO accounts (id, email, name, password_hash, created_at, password_changed_at)
VALUES (:id, :email, :name, :password_hash, :now, :now)
ON CONFLICT (email) DO NOTHING RETURNING id;

-- name: account_by_email
SELECT id, email, name, password_hash, created_at, password_changed_at FROM accounts WHERE email = :email;

-- name: account_by_id
SELECT id, email, name, password_hash, created_at, password_changed_at FROM accounts WHERE id = :id;

-- A password that was found right stays the account's until the transaction ends: whoever changes it waits.

-- name: keep_password [sqlite]
SELECT id FROM accounts WHERE id = :id AND password_hash = :password_hash;

-- name: keep_password [postgres]
SELECT id FROM accounts WHERE id = :id AND password_hash = :password_hash FOR NO KEY UPDATE;

-- name: set_password
UPDATE accounts SET password_hash = :password_hash, password_changed_at = :now WHERE id = :id;

-- name: insert_staff
INSERT INTO staff (workspace_id, id, account_id, name, email, role, scope, created_at, updated_at)
VALUES (:workspace_id, :id, :account_id, :name, :email, :role, :scope, :now, :now);

-- name: update_staff
UPDATE staff SET name = :name, role = :role, scope = :scope, deactivated_at = :deactivated_at, updated_at = :now
WHERE workspace_id = :workspace_id AND id = :id;

-- name: staff_by_id
SELECT workspace_id, id, account_id, name, email, role, scope, created_at, updated_at, last_seen_at, deactivated_at
FROM staff WHERE workspace_id = :workspace_id AND id = ANY(:ids);

-- name: staff_of_workspace
SELECT workspace_id, id, account_id, name, email, role, scope, created_at, updated_at, last_seen_at, deactivated_at
FROM staff WHERE workspace_id = :workspace_id AND deactivated_at IS NULL ORDER BY name, id;

-- name: staff_of_account
SELECT workspace_id, id, account_id, name, email, role, scope, created_at, updated_at, last_seen_at, deactivated_at
FROM staff WHERE account_id = :account_id AND deactivated_at IS NULL ORDER BY created_at, workspace_id;

-- name: staff_without_account
SELECT workspace_id, id, account_id, name, email, role, scope, created_at, updated_at, last_seen_at, deactivated_at
FROM staff WHERE id = :id AND account_id IS NULL AND deactivated_at IS NULL ORDER BY workspace_id LIMIT 100;

-- name: any_staff
SELECT 1 FROM staff LIMIT 1;

-- name: seen_staff
UPDATE staff SET last_seen_at = :at WHERE workspace_id = :workspace_id AND id = :id;

-- name: insert_contact
INSERT INTO contacts (workspace_id, id, name, email, phone, attributes, created_at, updated_at, identified_at,
  phone_confirmed_at, added_seq, sought)
VALUES (:workspace_id, :id, :name, :email, :phone, :attributes, :now, :now, :identified_at,
  :phone_confirmed_at, :added_seq, :sought);

-- name: update_contact
UPDATE contacts SET name = :name, email = :email, phone = :phone, attributes = :attributes, updated_at = :now,
  phone_confirmed_at = :phone_confirmed_at, sought = :sought
WHERE workspace_id = :workspace_id AND id = :id;

-- name: set_blocked
UPDATE contacts SET blocked_at = :blocked_at, updated_at = :now WHERE workspace_id = :workspace_id AND id = :id;

-- name: contacts_by_id
SELECT {contact} FROM contacts WHERE workspace_id = :workspace_id AND id = ANY(:ids);

-- name: contact_by_phone
SELECT {contact} FROM contacts
WHERE workspace_id = :workspace_id AND phone = :phone AND phone_confirmed_at IS NOT NULL
ORDER BY created_at, id LIMIT 1;

-- name: contacts_of_workspace
-- The page is found in the index alone, which holds what is sought; the plus keeps SQLite from using it for the rest.
SELECT {contact} FROM contacts WHERE workspace_id = :workspace_id AND id IN (
  SELECT id FROM contacts
  WHERE workspace_id = :workspace_id AND added_seq < :before AND (:wanted = '' OR sought LIKE :wanted ESCAPE '!')
  ORDER BY added_seq DESC LIMIT :most)
ORDER BY +added_seq DESC;

-- name: contacts_met
SELECT {contact} FROM contacts WHERE workspace_id = :workspace_id AND id IN (
  SELECT id FROM contacts
  WHERE workspace_id = :workspace_id AND added_seq < :before AND (:wanted = '' OR sought LIKE :wanted ESCAPE '!')
    AND {met}
  ORDER BY added_seq DESC LIMIT :most)
ORDER BY +added_seq DESC;

-- name: numbered_contacts_of_workspace
SELECT {contact} FROM contacts
WHERE workspace_id = :workspace_id AND (:wanted = '' OR sought LIKE :wanted ESCAPE '!')
ORDER BY added_seq DESC LIMIT :most OFFSET :skip;

-- name: count_contacts_of_workspace
SELECT COUNT(*) FROM contacts WHERE workspace_id = :workspace_id AND (:wanted = '' OR sought LIKE :wanted ESCAPE '!');

-- part: met
EXISTS (
  SELECT 1 FROM participants theirs JOIN participants mine ON mine.conversation_id = theirs.conversation_id
    AND mine.kind = 'staff' AND mine.person_id = :staff_id
  WHERE theirs.workspace_id = contacts.workspace_id AND theirs.kind = 'contact' AND theirs.person_id = contacts.id);

-- name: numbered_contacts_met
SELECT {contact} FROM contacts
WHERE workspace_id = :workspace_id AND (:wanted = '' OR sought LIKE :wanted ESCAPE '!') AND {met}
ORDER BY added_seq DESC LIMIT :most OFFSET :skip;

-- name: count_contacts_met
SELECT COUNT(*) FROM contacts
WHERE workspace_id = :workspace_id AND (:wanted = '' OR sought LIKE :wanted ESCAPE '!') AND {met};

-- name: seen_contact
UPDATE contacts SET last_seen_at = :at WHERE workspace_id = :workspace_id AND id = :id;

-- name: delete_contact
DELETE FROM contacts WHERE workspace_id = :workspace_id AND id = :id;

-- name: meets
-- Whether a staff member and a contact take part in one conversation.
SELECT 1 FROM participants mine
JOIN participants theirs ON theirs.conversation_id = mine.conversation_id AND theirs.kind = 'contact'
  AND theirs.person_id = :contact_id
WHERE mine.workspace_id = :workspace_id AND mine.kind = 'staff' AND mine.person_id = :staff_id LIMIT 1;
