-- The index begins anew, as it knows more: the stretches of the log that a message stands in, its conversation, and of
-- which kind its sender is. What is asked of one stretch costs what that stretch holds, however much there is elsewhere.
DROP TABLE search_messages;
CREATE TABLE search_messages (
  place BIGINT PRIMARY KEY, message_id TEXT NOT NULL, conversation_id TEXT NOT NULL, words TSVECTOR NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX search_messages_found ON search_messages USING gin (
  (ARRAY[(place >> 10) * 64 + 10, (place >> 13) * 64 + 13, (place >> 16) * 64 + 16, (place >> 19) * 64 + 19,
    (place >> 22) * 64 + 22]), words);

-- Where there is no pg_trgm, parts of words are found by reading the texts (docs/operate.md).
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
    DROP INDEX search_messages_found;
    CREATE INDEX search_messages_found ON search_messages USING gin (
      (ARRAY[(place >> 10) * 64 + 10, (place >> 13) * 64 + 13, (place >> 16) * 64 + 16, (place >> 19) * 64 + 19,
        (place >> 22) * 64 + 22]), words, text gin_trgm_ops);
  END IF;
END $$;
DELETE FROM search_contacts;
UPDATE search_positions SET seq = 0;
