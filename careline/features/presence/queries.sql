-- name: last_seen
SELECT p.kind, p.person_id AS id, COALESCE(c.last_seen_at, s.last_seen_at) AS last_seen_at
FROM participants p
LEFT JOIN contacts c ON p.kind = 'contact' AND c.workspace_id = p.workspace_id AND c.id = p.person_id
LEFT JOIN staff s ON p.kind = 'staff' AND s.workspace_id = p.workspace_id AND s.id = p.person_id
WHERE p.conversation_id = :conversation_id;
