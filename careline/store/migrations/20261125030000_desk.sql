-- What staff do with conversations. Marked as unread is a wish of the staff beside the count: marks of reading are facts
-- and stay as they are.
ALTER TABLE conversations ADD COLUMN marked_unread_at BIGINT;

CREATE TABLE labels (
  workspace_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, colour TEXT NOT NULL,
  created_at BIGINT NOT NULL, deleted_at BIGINT, PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX labels_by_name ON labels (workspace_id, folded);
-- Which conversations bear a label, in the order of lists: they move when the conversation does.
CREATE TABLE conversation_labels (
  conversation_id TEXT NOT NULL, label_id TEXT NOT NULL, workspace_id TEXT NOT NULL, status TEXT NOT NULL,
  activity_seq BIGINT NOT NULL, PRIMARY KEY (conversation_id, label_id)
) WITHOUT ROWID;
CREATE INDEX conversations_by_label ON conversation_labels (workspace_id, label_id, status, activity_seq);

-- Each holds few of all conversations, so that a filtered list is a range of its own.
CREATE INDEX conversations_pinned ON conversations (workspace_id, status, activity_seq) WHERE pinned_at IS NOT NULL;
CREATE INDEX conversations_snoozed ON conversations (workspace_id, status, activity_seq) WHERE snoozed_until IS NOT NULL;
CREATE INDEX conversations_prior ON conversations (workspace_id, priority, status, activity_seq) WHERE priority <> 'normal';
CREATE INDEX conversations_unread ON conversations (workspace_id, status, activity_seq)
  WHERE (staff_unread > 0 OR marked_unread_at IS NOT NULL);

-- Who changed what of a conversation, and when; a line each, by the number of the event and its place in it.
CREATE TABLE changes (
  conversation_id TEXT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL,
  field TEXT NOT NULL, before TEXT, after TEXT, PRIMARY KEY (conversation_id, number)
) WITHOUT ROWID;
