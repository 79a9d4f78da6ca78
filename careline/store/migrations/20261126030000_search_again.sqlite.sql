-- The index begins anew, as it knows more: words beside the runs of three characters, a message's conversation, and of
-- which kind its sender is. It keeps no text still; `ascii` leaves whatever is beyond it alone.
DROP TABLE search_messages;
CREATE TABLE search_messages (place INTEGER PRIMARY KEY, message_id TEXT NOT NULL, conversation_id TEXT NOT NULL);
CREATE VIRTUAL TABLE search_words USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO search_index (search_index) VALUES ('delete-all');
DELETE FROM search_contacts;
INSERT INTO search_names (search_names) VALUES ('delete-all');
UPDATE search_positions SET seq = 0;
