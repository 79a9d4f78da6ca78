-- name: conversations_due
SELECT id FROM conversations WHERE workspace_id = :workspace_id AND updated_at < :before ORDER BY updated_at LIMIT :most;
