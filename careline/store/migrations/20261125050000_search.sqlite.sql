-- How far the index has followed each workspace's log. `number` makes room for the workspace in the index: a place is
-- number * 2^40 + the message's own number, so that a workspace is one range of places and newer ones come later.
CREATE TABLE search_positions (number INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL UNIQUE, seq BIGINT NOT NULL);

-- Which message is at a place, and the runs of three characters in it. The index keeps neither text nor positions:
-- what it finds is compared with the message itself.
CREATE TABLE search_messages (place INTEGER PRIMARY KEY, message_id TEXT NOT NULL);
CREATE VIRTUAL TABLE search_index USING fts5(
  grams, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1');

CREATE TABLE search_contacts (place INTEGER PRIMARY KEY, workspace_id TEXT NOT NULL, contact_id TEXT NOT NULL);
CREATE UNIQUE INDEX search_contacts_by_id ON search_contacts (workspace_id, contact_id);
CREATE VIRTUAL TABLE search_names USING fts5(
  grams, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1');
