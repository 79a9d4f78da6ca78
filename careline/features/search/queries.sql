-- A place is the workspace's number in the index * 2^40 + the message's own number: see the migrations.

-- name: search_position
SELECT number, seq FROM search_positions WHERE workspace_id = :workspace_id;

-- part: reach
h.seq AS head, COALESCE(p.number, 0) AS number, COALESCE(p.seq, 0) AS seq

-- part: reach_of
FROM heads h LEFT JOIN search_positions p ON p.workspace_id = h.workspace_id WHERE h.workspace_id = :workspace_id

-- name: search_reach [sqlite]
SELECT {reach}, 1 AS has_order {reach_of};

-- name: search_reach [postgres]
SELECT {reach}, 0 AS has_order {reach_of};

-- name: begin_search_position
INSERT INTO search_positions (workspace_id, seq) VALUES (:workspace_id, 0) ON CONFLICT (workspace_id) DO NOTHING;

-- name: claim_search_position [sqlite]
SELECT number, seq FROM search_positions WHERE workspace_id = :workspace_id;

-- name: claim_search_position [postgres]
-- Whoever finds the row taken leaves the work to the one who took it.
SELECT number, seq FROM search_positions WHERE workspace_id = :workspace_id FOR UPDATE SKIP LOCKED;

-- name: move_search_position
UPDATE search_positions SET seq = :seq WHERE workspace_id = :workspace_id;

-- name: search_behind
-- Where little is left comes first, so that one busy workspace keeps nobody waiting.
SELECT h.workspace_id, h.seq - COALESCE(p.seq, 0) AS facts FROM heads h
LEFT JOIN search_positions p ON p.workspace_id = h.workspace_id
WHERE h.seq > COALESCE(p.seq, 0) ORDER BY facts;

-- name: search_log
SELECT e.seq, CASE WHEN m.id IS NULL THEN e.body END AS event, m.id, m.conversation_id, m.sender_kind, m.sender_id, m.body,
  m.deleted_at, CASE WHEN m.attachments IS NULL THEN 0 ELSE 1 END AS has_attachment
FROM events e LEFT JOIN messages m ON m.conversation_id = e.conversation_id AND m.seq = e.seq
WHERE e.workspace_id = :workspace_id AND e.seq > :since ORDER BY e.seq LIMIT :most;

-- name: index_message [sqlite]
INSERT INTO search_messages (place, message_id, conversation_id) VALUES (:place, :message_id, :conversation_id);
INSERT INTO search_words (rowid, words) VALUES (:place, :lexemes);
INSERT INTO search_index (rowid, grams) VALUES (:place, :grams);

-- name: index_message [postgres]
INSERT INTO search_messages (place, message_id, conversation_id, words, text)
VALUES (:place, :message_id, :conversation_id, array_to_tsvector(string_to_array(:lexemes, ' ')), :text)
ON CONFLICT (place) DO NOTHING;

-- name: forget_messages [sqlite]
DELETE FROM search_messages WHERE place = ANY(:places);
DELETE FROM search_words WHERE rowid = ANY(:places);
DELETE FROM search_index WHERE rowid = ANY(:places);

-- name: forget_messages [postgres]
DELETE FROM search_messages WHERE place = ANY(:places);

-- part: is_readable
:sees_all = 1 OR EXISTS (SELECT 1 FROM participants p WHERE p.conversation_id = s.conversation_id
  AND p.kind = :person_kind AND p.person_id = :person_id) AS is_readable

-- name: search_index [sqlite]
-- It walks from the newest place on and stops when it has found enough; it need not count them, nor know of stretches.
-- Of the two, the other is asked for nothing.
SELECT * FROM (SELECT s.place, s.message_id AS id, 0 AS among, {is_readable}
  FROM search_words CROSS JOIN search_messages s ON s.place = search_words.rowid
  WHERE search_words MATCH :words AND search_words.rowid > :floor AND search_words.rowid < :before
  ORDER BY search_words.rowid DESC LIMIT :most)
UNION ALL
SELECT * FROM (SELECT s.place, s.message_id AS id, 0 AS among, {is_readable}
  FROM search_index CROSS JOIN search_messages s ON s.place = search_index.rowid
  WHERE search_index MATCH :grams AND search_index.rowid > :floor AND search_index.rowid < :before
  ORDER BY search_index.rowid DESC LIMIT :most);

-- part: in_stretch
(ARRAY[(place >> 10) * 64 + 10, (place >> 13) * 64 + 13, (place >> 16) * 64 + 16, (place >> 19) * 64 + 19,
  (place >> 22) * 64 + 22]) && CAST(:stretches AS BIGINT[])
  AND place + 0 > CAST(:floor AS BIGINT) AND place + 0 < CAST(:before AS BIGINT)

-- name: search_index [postgres]
-- What stands in some stretches, in no order, and no more than `few` of it. The index is asked for no more than there is
-- to ask: of the three, one is run. The places are hidden in sums, or it would be them that are looked for.
WITH near AS MATERIALIZED (
  SELECT place, message_id, conversation_id FROM search_messages
  WHERE :part = '%' AND {in_stretch} AND words @@ CAST(CAST(:lexemes AS TEXT) AS TSQUERY)
  UNION ALL
  SELECT place, message_id, conversation_id FROM search_messages
  WHERE :part <> '%' AND CAST(:lexemes AS TEXT) = '' AND {in_stretch} AND text LIKE :part
  UNION ALL
  SELECT place, message_id, conversation_id FROM search_messages
  WHERE :part <> '%' AND CAST(:lexemes AS TEXT) <> '' AND {in_stretch}
    AND words @@ CAST(CAST(:lexemes AS TEXT) AS TSQUERY) AND text LIKE :part
  LIMIT :few
), newest AS MATERIALIZED (
  SELECT place, message_id, conversation_id FROM near ORDER BY place DESC LIMIT :most
)
SELECT s.place, s.message_id AS id, (SELECT COUNT(*) FROM near) AS among, {is_readable}
FROM newest s ORDER BY s.place DESC;

-- name: indexed_with [sqlite]
SELECT s.place, s.message_id AS id FROM search_words CROSS JOIN search_messages s ON s.place = search_words.rowid
WHERE search_words MATCH :term AND search_words.rowid > :floor AND search_words.rowid < :before
ORDER BY search_words.rowid DESC LIMIT :most;

-- name: indexed_with [postgres]
SELECT place, message_id AS id FROM search_messages
WHERE words @@ CAST(CAST(:term AS TEXT) AS TSQUERY)
  AND place + 0 > CAST(:floor AS BIGINT) AND place + 0 < CAST(:before AS BIGINT)
ORDER BY place DESC LIMIT :most;

-- name: search_tail
-- What was sent since the index was last brought up to date. Text beyond ASCII is looked at by whoever asks.
SELECT e.seq AS place, m.id FROM events e JOIN messages m ON m.conversation_id = e.conversation_id AND m.seq = e.seq
WHERE e.workspace_id = :workspace_id AND e.seq > :floor AND e.seq < :before
  AND (lower(m.body) LIKE :rough OR octet_length(m.body) <> length(m.body))
  AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants p
       WHERE p.conversation_id = m.conversation_id AND p.kind = :person_kind AND p.person_id = :person_id))
ORDER BY e.seq DESC LIMIT :most;

-- name: search_told
SELECT seq, body AS event FROM events
WHERE workspace_id = :workspace_id AND seq > :floor AND (body LIKE :one OR body LIKE :other) ORDER BY seq DESC LIMIT :most;

-- name: search_hits
-- CROSS JOIN keeps SQLite from walking every conversation of the workspace instead of looking at these few messages.
SELECT {message of m}, {quoted of q}, c.subject
FROM messages m CROSS JOIN conversations c LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.id = ANY(:ids) AND m.workspace_id = :workspace_id AND m.deleted_at IS NULL
  AND c.workspace_id = m.workspace_id AND c.id = m.conversation_id
  AND (:side <> 'contact' OR m.kind <> 'note')
  AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants p
       WHERE p.conversation_id = m.conversation_id AND p.kind = :person_kind AND p.person_id = :person_id))
  AND (CAST(:conversation_id AS TEXT) IS NULL OR m.conversation_id = :conversation_id)
  AND (CAST(:sender_kind AS TEXT) IS NULL OR m.sender_kind = :sender_kind)
  AND (CAST(:sender_id AS TEXT) IS NULL OR m.sender_id = :sender_id)
  AND (CAST(:kind AS TEXT) IS NULL OR m.kind = :kind)
  AND m.created_at >= :from_at AND m.created_at < :to_at
  AND (:has_attachment = 0 OR m.attachments IS NOT NULL)
  AND (:pinned = 0 OR m.pinned_at IS NOT NULL)
  AND (CAST(:status AS TEXT) IS NULL OR c.status = :status)
  AND (CAST(:label AS TEXT) IS NULL OR c.labels LIKE :label ESCAPE '\')
  AND (:unread = 0 OR (m.sender_kind NOT IN ('system', :side) AND m.kind <> 'note'
    AND m.seq > CASE WHEN :side = 'contact' THEN c.contact_read_seq ELSE c.staff_read_seq END
    AND NOT EXISTS (SELECT 1 FROM marks k WHERE k.conversation_id = m.conversation_id AND k.kind = 'read'
      AND k.reader_kind = :side AND k.from_seq <= m.seq AND k.to_seq >= m.seq)));

-- name: search_conversations
SELECT conversation_id AS id FROM participants
WHERE workspace_id = :workspace_id AND kind = :person_kind AND person_id = :person_id LIMIT :most;

-- part: half_time
COALESCE((SELECT e.at FROM events e WHERE e.workspace_id = :workspace_id AND e.seq >= (low + high) / 2
  ORDER BY e.seq LIMIT 1), :at)

-- name: first_fact
-- The first number whose fact is not older: found by halving, for numbers have no holes.
WITH RECURSIVE halves (low, high) AS (
  SELECT CAST(1 AS BIGINT), CAST(:end AS BIGINT)
  UNION ALL
  SELECT CASE WHEN {half_time} < :at THEN (low + high) / 2 + 1 ELSE low END,
    CASE WHEN {half_time} < :at THEN high ELSE (low + high) / 2 END
  FROM halves WHERE low < high
)
SELECT low FROM halves WHERE low >= high;

-- name: index_contact [sqlite]
INSERT INTO search_contacts (place, workspace_id, contact_id) VALUES (:place, :workspace_id, :contact_id);
INSERT INTO search_names (rowid, grams) VALUES (:place, :text);

-- name: index_contact [postgres]
INSERT INTO search_contacts (place, workspace_id, contact_id, text) VALUES (:place, :workspace_id, :contact_id, :text);

-- name: forget_contacts [sqlite]
DELETE FROM search_names WHERE rowid IN (
  SELECT place FROM search_contacts WHERE workspace_id = :workspace_id AND contact_id = ANY(:ids));
DELETE FROM search_contacts WHERE workspace_id = :workspace_id AND contact_id = ANY(:ids);

-- name: forget_contacts [postgres]
DELETE FROM search_contacts WHERE workspace_id = :workspace_id AND contact_id = ANY(:ids);

-- name: search_contacts [sqlite]
SELECT s.contact_id AS id FROM search_names f JOIN search_contacts s ON s.place = f.rowid
WHERE search_names MATCH :match AND f.rowid > :floor AND f.rowid < :before
  AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants theirs
    JOIN participants mine ON mine.conversation_id = theirs.conversation_id AND mine.kind = 'staff' AND mine.person_id = :person_id
    WHERE theirs.workspace_id = s.workspace_id AND theirs.kind = 'contact' AND theirs.person_id = s.contact_id))
ORDER BY f.rank LIMIT :most;

-- name: search_contacts [postgres]
SELECT s.contact_id AS id FROM search_contacts s
WHERE s.text LIKE ANY(CAST(:parts AS TEXT[])) AND s.place > :floor AND s.place < :before
  AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants theirs
    JOIN participants mine ON mine.conversation_id = theirs.conversation_id AND mine.kind = 'staff' AND mine.person_id = :person_id
    WHERE theirs.workspace_id = s.workspace_id AND theirs.kind = 'contact' AND theirs.person_id = s.contact_id))
ORDER BY (SELECT COUNT(*) FROM unnest(CAST(:parts AS TEXT[])) AS t(part) WHERE s.text LIKE t.part) DESC, s.place DESC
LIMIT :most;

-- name: contacts_changed_and_met
SELECT s.id FROM contacts s WHERE s.workspace_id = :workspace_id AND s.id = ANY(:ids) AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants theirs
    JOIN participants mine ON mine.conversation_id = theirs.conversation_id AND mine.kind = 'staff' AND mine.person_id = :person_id
    WHERE theirs.workspace_id = s.workspace_id AND theirs.kind = 'contact' AND theirs.person_id = s.id));
