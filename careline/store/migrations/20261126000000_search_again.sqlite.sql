-- The index begins anew, as it knows more: of which kind a message's sender is.
DELETE FROM search_messages;
DELETE FROM search_contacts;
INSERT INTO search_index (search_index) VALUES ('delete-all');
INSERT INTO search_names (search_names) VALUES ('delete-all');
UPDATE search_positions SET seq = 0;
