-- name: readers_of
SELECT conversation_id, kind, reader_kind, reader_id, up_to, at FROM readers
WHERE conversation_id = ANY(:conversation_ids);

-- name: move_reader
INSERT INTO readers (conversation_id, kind, reader_kind, reader_id, reader_name, up_to, at)
VALUES (:conversation_id, :kind, :reader_kind, :reader_id, :reader_name, :up_to, :at)
ON CONFLICT (conversation_id, kind, reader_kind, reader_id)
DO UPDATE SET up_to = excluded.up_to, at = excluded.at, reader_name = excluded.reader_name;

-- name: insert_mark
INSERT INTO marks (conversation_id, kind, reader_kind, reader_id, to_seq, from_seq, at)
VALUES (:conversation_id, :kind, :reader_kind, :reader_id, :to_seq, :from_seq, :at)
ON CONFLICT (conversation_id, kind, reader_kind, reader_id, to_seq, from_seq) DO NOTHING;

-- name: marks_of_contacts
SELECT conversation_id, kind, reader_kind, reader_id, '' AS reader_name, from_seq, to_seq, at FROM marks
WHERE conversation_id = :conversation_id AND kind = :kind AND reader_kind = 'contact' AND reader_id = ANY(:contact_ids);

-- name: delete_marks_of_contacts
DELETE FROM marks
WHERE conversation_id = :conversation_id AND kind = :kind AND reader_kind = 'contact' AND reader_id = ANY(:contact_ids);

-- name: delete_readers_of_contacts
DELETE FROM readers
WHERE conversation_id = :conversation_id AND kind = :kind AND reader_kind = 'contact' AND reader_id = ANY(:contact_ids);

-- name: hand_over_marks
UPDATE marks SET reader_id = :into
WHERE conversation_id = ANY(:conversation_ids) AND reader_kind = 'contact' AND reader_id = :contact_id;

-- name: hand_over_readers
UPDATE readers SET reader_id = :into
WHERE conversation_id = ANY(:conversation_ids) AND reader_kind = 'contact' AND reader_id = :contact_id;

-- name: marks_over
-- CROSS JOIN keeps SQLite from walking all marks of the conversation first: readers are few. What reaches over the last
-- message ends the walk, unless it is of one message only: that can lie within another.
SELECT m.conversation_id, m.kind, m.reader_kind, m.reader_id, r.reader_name, m.from_seq, m.to_seq, m.at
FROM readers r CROSS JOIN marks m
WHERE r.conversation_id = :conversation_id AND m.conversation_id = r.conversation_id AND m.kind = r.kind
  AND m.reader_kind = r.reader_kind AND m.reader_id = r.reader_id AND m.to_seq >= :first AND m.from_seq <= :last
  AND m.to_seq <= COALESCE((SELECT MIN(x.to_seq) FROM marks x
    WHERE x.conversation_id = r.conversation_id AND x.kind = r.kind AND x.reader_kind = r.reader_kind
      AND x.reader_id = r.reader_id AND x.to_seq >= :last
      AND x.from_seq < x.to_seq), :last);

-- name: unread_calls
-- Only so many are looked at: whoever was mentioned in thousands of conversations has read nearly all of it.
SELECT m.id FROM (
  SELECT conversation_id, called_seq FROM participants
  WHERE workspace_id = :workspace_id AND person_id = :staff_id AND called_seq IS NOT NULL
  ORDER BY called_seq DESC LIMIT :most) p
CROSS JOIN messages m
WHERE m.conversation_id = p.conversation_id AND m.seq = p.called_seq AND m.deleted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM marks x WHERE x.conversation_id = m.conversation_id AND x.kind = 'read'
    AND x.reader_kind = 'staff' AND x.reader_id = :staff_id AND x.from_seq <= m.seq AND x.to_seq >= m.seq);

-- name: unread_of
SELECT m.seq FROM messages m
WHERE m.conversation_id = :conversation_id AND m.seq > :floor AND m.sender_kind = :other_kind AND m.kind <> 'note'
  AND NOT EXISTS (SELECT 1 FROM marks x WHERE x.conversation_id = m.conversation_id AND x.kind = 'read'
    AND x.reader_kind = :reader_kind AND x.from_seq <= m.seq AND x.to_seq >= m.seq);
