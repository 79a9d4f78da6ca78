-- A message that was read apart ends where reading up to it ends: both marks stay, for they are of different times.
CREATE TABLE marks_by_range (
  conversation_id TEXT NOT NULL, kind TEXT NOT NULL, reader_kind TEXT NOT NULL, reader_id TEXT NOT NULL,
  to_seq BIGINT NOT NULL, from_seq BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, kind, reader_kind, reader_id, to_seq, from_seq)
) WITHOUT ROWID;
INSERT INTO marks_by_range (conversation_id, kind, reader_kind, reader_id, to_seq, from_seq, at)
SELECT conversation_id, kind, reader_kind, reader_id, to_seq, from_seq, at FROM marks;
DROP TABLE marks;
ALTER TABLE marks_by_range RENAME TO marks;
