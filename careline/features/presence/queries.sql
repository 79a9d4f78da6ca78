-- name: colleagues_of
SELECT DISTINCT theirs.kind, theirs.person_id AS id FROM participants mine
JOIN participants theirs ON theirs.conversation_id = mine.conversation_id AND theirs.kind = 'staff'
WHERE mine.workspace_id = :workspace_id AND mine.kind = :kind AND mine.person_id = :person_id;

-- name: last_seen
SELECT p.kind, p.person_id AS id, COALESCE(c.last_seen_at, s.last_seen_at) AS last_seen_at
FROM participants p
LEFT JOIN contacts c ON p.kind = 'contact' AND c.workspace_id = p.workspace_id AND c.id = p.person_id
LEFT JOIN staff s ON p.kind = 'staff' AND s.workspace_id = p.workspace_id AND s.id = p.person_id
WHERE p.conversation_id = :conversation_id;
