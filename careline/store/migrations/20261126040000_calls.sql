-- The number of the latest note that mentions this participant, who is staff: what they have not read yet waits for them.
ALTER TABLE participants ADD COLUMN called_seq BIGINT;
CREATE INDEX participants_called ON participants (workspace_id, person_id, called_seq) WHERE called_seq IS NOT NULL;
