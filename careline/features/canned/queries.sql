-- columns: canned
workspace_id, id, shortcut, title, body, created_by, created_at, updated_at;

-- name: insert_canned
INSERT INTO canned (workspace_id, id, shortcut, title, body, created_by, created_at, updated_at)
VALUES (:workspace_id, :id, :shortcut, :title, :body, :created_by, :now, :now);

-- name: update_canned
UPDATE canned SET shortcut = :shortcut, title = :title, body = :body, updated_at = :now
WHERE workspace_id = :workspace_id AND id = :id;

-- name: delete_canned
DELETE FROM canned WHERE workspace_id = :workspace_id AND id = :id;

-- name: canned_by_id
SELECT {canned} FROM canned WHERE workspace_id = :workspace_id AND id = ANY(:ids);

-- name: canned_of_workspace
SELECT {canned} FROM canned WHERE workspace_id = :workspace_id ORDER BY shortcut;
