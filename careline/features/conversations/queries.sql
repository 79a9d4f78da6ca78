-- columns: conversation
id, workspace_id, subject, status, assignee_id, created_by, metadata, thread, message_count, last_seq, activity_seq,
staff_unread, contact_unread, staff_read_seq, contact_read_seq, created_at, updated_at, closed_at, priority,
snoozed_until, pinned_at, labels, marked_unread_at;

-- part: sieve
(CAST(:label AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM conversation_labels l WHERE l.conversation_id = c.id AND l.label_id = :label))
  AND (CAST(:priority AS TEXT) IS NULL OR c.priority = :priority)
  AND (:unread = 0 OR c.staff_unread > 0 OR c.marked_unread_at IS NOT NULL) AND (:pinned = 0 OR c.pinned_at IS NOT NULL)
  AND (:snoozed = 0 OR c.snoozed_until IS NOT NULL) AND (:awake = 0 OR c.snoozed_until IS NULL)
  AND (CAST(:assignee_id AS TEXT) IS NULL OR c.assignee_id = :assignee_id) AND (:unassigned = 0 OR c.assignee_id IS NULL);

-- part: looked_for
c.status = ANY(:statuses)
  AND (CAST(:from_at AS BIGINT) IS NULL OR c.created_at >= :from_at) AND (CAST(:to_at AS BIGINT) IS NULL OR c.created_at < :to_at)
  AND (CAST(:label AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM conversation_labels l WHERE l.conversation_id = c.id AND l.label_id = :label))
  AND (CAST(:contact_id AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM participants t
    WHERE t.conversation_id = c.id AND t.kind = 'contact' AND t.person_id = :contact_id))
  AND (CAST(:staff_id AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM participants t
    WHERE t.conversation_id = c.id AND t.kind = 'staff' AND t.person_id = :staff_id))
  AND (:wanted = '' OR c.id IN (SELECT t.conversation_id FROM contacts k JOIN participants t
    ON t.workspace_id = k.workspace_id AND t.kind = 'contact' AND t.person_id = k.id
    WHERE k.workspace_id = :workspace_id AND k.sought LIKE :wanted ESCAPE '!'));

-- name: insert_conversation
INSERT INTO conversations (id, workspace_id, subject, status, assignee_id, created_by, metadata, thread, message_count,
  last_seq, activity_seq, staff_unread, contact_unread, staff_read_seq, contact_read_seq, created_at, updated_at)
VALUES (:id, :workspace_id, :subject, :status, :assignee_id, :created_by, :metadata, :thread, 0,
  0, :activity_seq, 0, 0, 0, 0, :now, :now);

-- name: conversations_by_id
SELECT {conversation} FROM conversations WHERE id = ANY(:ids) AND workspace_id = :workspace_id;

-- name: workspace_of_conversation
SELECT workspace_id FROM participants WHERE conversation_id = :id LIMIT 1;

-- name: conversation_as
SELECT {conversation} FROM conversations
WHERE id = :id AND workspace_id = :workspace_id AND (:sees_all = 1 OR EXISTS (
  SELECT 1 FROM participants p WHERE p.conversation_id = conversations.id AND p.kind = :kind AND p.person_id = :person_id));

-- name: conversation_by_thread
SELECT {conversation} FROM conversations WHERE workspace_id = :workspace_id AND thread = :thread;

-- name: newest_open_conversation
SELECT {conversation of c} FROM participants p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
WHERE p.workspace_id = :workspace_id AND p.kind = 'contact' AND p.person_id = :contact_id
  AND c.status IN ('open', 'pending')
  AND (CAST(:staff_id AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM participants s
       WHERE s.conversation_id = c.id AND s.kind = 'staff' AND s.person_id = :staff_id))
ORDER BY c.activity_seq DESC LIMIT 1;

-- name: newest_conversation
SELECT {conversation of c} FROM participants p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
WHERE p.workspace_id = :workspace_id AND p.kind = 'contact' AND p.person_id = :contact_id
  AND (CAST(:staff_id AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM participants s
       WHERE s.conversation_id = c.id AND s.kind = 'staff' AND s.person_id = :staff_id))
ORDER BY c.activity_seq DESC LIMIT 1;

-- name: conversations_of_workspace
SELECT {conversation} FROM conversations WHERE workspace_id = :workspace_id AND status = :status AND activity_seq < :before
  AND (:awake = 0 OR snoozed_until IS NULL)
ORDER BY activity_seq DESC LIMIT :most;

-- name: unassigned_conversations
SELECT {conversation} FROM conversations
WHERE workspace_id = :workspace_id AND status = :status AND assignee_id IS NULL AND activity_seq < :before
  AND (:awake = 0 OR snoozed_until IS NULL)
ORDER BY activity_seq DESC LIMIT :most;

-- name: assigned_conversations
SELECT {conversation} FROM conversations
WHERE workspace_id = :workspace_id AND assignee_id = :assignee_id AND status = :status AND activity_seq < :before
  AND (:awake = 0 OR snoozed_until IS NULL)
ORDER BY activity_seq DESC LIMIT :most;

-- name: conversations_of_person
-- CROSS JOIN: a person has few conversations, and SQLite would rather walk all of the workspace's in their order.
SELECT {conversation of c} FROM participants p CROSS JOIN conversations c
WHERE c.workspace_id = p.workspace_id AND c.id = p.conversation_id AND p.workspace_id = :workspace_id AND p.kind = :kind AND p.person_id = :person_id
  AND c.status = :status AND c.activity_seq < :before AND {sieve}
ORDER BY c.activity_seq DESC LIMIT :most;

-- name: labelled_conversations [sqlite]
-- CROSS JOIN and INDEXED BY: what the sieve holds back is told by rows, not by another order of reading.
SELECT {conversation of c} FROM conversation_labels b INDEXED BY conversations_by_label
CROSS JOIN conversations c ON c.workspace_id = b.workspace_id AND c.id = b.conversation_id
WHERE b.workspace_id = :workspace_id AND b.label_id = :label AND b.status = :status AND b.activity_seq < :before AND {sieve}
ORDER BY b.activity_seq DESC LIMIT :most;

-- name: labelled_conversations [postgres]
SELECT {conversation of c} FROM conversation_labels b
JOIN conversations c ON c.workspace_id = b.workspace_id AND c.id = b.conversation_id
WHERE b.workspace_id = :workspace_id AND b.label_id = :label AND b.status = :status AND b.activity_seq < :before AND {sieve}
ORDER BY b.activity_seq DESC LIMIT :most;

-- name: pinned_conversations
SELECT {conversation of c} FROM conversations c WHERE c.pinned_at IS NOT NULL
  AND c.workspace_id = :workspace_id AND c.status = :status AND c.activity_seq < :before AND {sieve}
ORDER BY c.activity_seq DESC LIMIT :most;

-- name: snoozed_conversations
SELECT {conversation of c} FROM conversations c WHERE c.snoozed_until IS NOT NULL
  AND c.workspace_id = :workspace_id AND c.status = :status AND c.activity_seq < :before AND {sieve}
ORDER BY c.activity_seq DESC LIMIT :most;

-- name: prior_conversations
SELECT {conversation of c} FROM conversations c WHERE c.priority <> 'normal' AND c.priority = :priority
  AND c.workspace_id = :workspace_id AND c.status = :status AND c.activity_seq < :before AND {sieve}
ORDER BY c.activity_seq DESC LIMIT :most;

-- name: unread_conversations
SELECT {conversation of c} FROM conversations c WHERE (c.staff_unread > 0 OR c.marked_unread_at IS NOT NULL)
  AND c.workspace_id = :workspace_id AND c.status = :status AND c.activity_seq < :before AND {sieve}
ORDER BY c.activity_seq DESC LIMIT :most;

-- name: sieved_conversations
SELECT {conversation of c} FROM conversations c
WHERE c.workspace_id = :workspace_id AND c.status = :status AND c.activity_seq < :before AND {sieve}
ORDER BY c.activity_seq DESC LIMIT :most;

-- name: conversations_of_contact
SELECT {conversation of c} FROM participants p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
WHERE p.workspace_id = :workspace_id AND p.kind = 'contact' AND p.person_id = :contact_id AND c.activity_seq < :before
  AND (:sees_all = 1 OR EXISTS (SELECT 1 FROM participants me
       WHERE me.conversation_id = c.id AND me.kind = :kind AND me.person_id = :person_id))
ORDER BY c.activity_seq DESC LIMIT :most;

-- name: numbered_conversations_of_workspace
SELECT {conversation of c} FROM conversations c WHERE c.workspace_id = :workspace_id AND {looked_for}
ORDER BY CASE WHEN :by = 'change' THEN c.updated_at ELSE 0 END DESC, c.activity_seq DESC, c.id DESC LIMIT :most OFFSET :skip;

-- name: numbered_conversations_of_person
SELECT {conversation of c} FROM participants p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
WHERE p.workspace_id = :workspace_id AND p.kind = :kind AND p.person_id = :person_id AND {looked_for}
ORDER BY CASE WHEN :by = 'change' THEN c.updated_at ELSE 0 END DESC, c.activity_seq DESC, c.id DESC LIMIT :most OFFSET :skip;

-- name: count_conversations_of_workspace
SELECT COUNT(*) FROM conversations c WHERE c.workspace_id = :workspace_id AND {looked_for};

-- name: count_conversations_of_person
SELECT COUNT(*) FROM participants p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
WHERE p.workspace_id = :workspace_id AND p.kind = :kind AND p.person_id = :person_id AND {looked_for};

-- name: update_conversation
UPDATE conversations SET subject = :subject, status = :status, assignee_id = :assignee_id, metadata = :metadata,
  closed_at = :closed_at, priority = :priority, snoozed_until = :snoozed_until, pinned_at = :pinned_at, labels = :labels,
  marked_unread_at = :marked_unread_at, updated_at = :now
WHERE workspace_id = :workspace_id AND id = :id;

-- name: insert_participant
INSERT INTO participants (conversation_id, kind, person_id, workspace_id, joined_at)
VALUES (:conversation_id, :kind, :person_id, :workspace_id, :now)
ON CONFLICT (conversation_id, kind, person_id) DO NOTHING;

-- name: delete_participant
DELETE FROM participants WHERE conversation_id = :conversation_id AND kind = :kind AND person_id = :person_id;

-- name: hand_over_conversations
INSERT INTO participants (conversation_id, kind, person_id, workspace_id, joined_at)
SELECT conversation_id, kind, :into, workspace_id, joined_at FROM participants
WHERE workspace_id = :workspace_id AND kind = 'contact' AND person_id = :contact_id
ON CONFLICT (conversation_id, kind, person_id) DO NOTHING;

-- name: hand_over_started
UPDATE conversations SET created_by = 'contact:' || :into
WHERE workspace_id = :workspace_id AND id = ANY(:conversation_ids) AND created_by = 'contact:' || :contact_id;

-- name: hand_over_changes
UPDATE changes SET actor = 'contact:' || :into
WHERE conversation_id = ANY(:conversation_ids) AND actor = 'contact:' || :contact_id;

-- name: leave_all_conversations
DELETE FROM participants WHERE workspace_id = :workspace_id AND kind = 'contact' AND person_id = :contact_id;

-- name: all_conversations_of_contact
SELECT {conversation of c} FROM participants p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
WHERE p.workspace_id = :workspace_id AND p.kind = 'contact' AND p.person_id = :contact_id ORDER BY c.activity_seq;

-- name: set_thread
UPDATE conversations SET thread = :thread WHERE workspace_id = :workspace_id AND id = :id;

-- name: participants_of
-- No joins: without statistics PostgreSQL would rather walk all contacts once than look each of a few up.
SELECT p.conversation_id, p.kind, p.person_id AS id, CASE p.kind
  WHEN 'contact' THEN (SELECT c.name FROM contacts c WHERE c.workspace_id = p.workspace_id AND c.id = p.person_id)
  ELSE (SELECT s.name FROM staff s WHERE s.workspace_id = p.workspace_id AND s.id = p.person_id) END AS name, p.joined_at
FROM participants p
WHERE p.conversation_id = ANY(:conversation_ids)
ORDER BY p.joined_at, p.kind, p.person_id;

-- name: people_in
SELECT kind, person_id FROM participants WHERE conversation_id = :conversation_id;

-- name: hot_conversations
SELECT c.id, c.status, c.message_count, c.last_seq, c.activity_seq, c.staff_unread, c.contact_unread, c.staff_read_seq,
  c.contact_read_seq, c.closed_at, w.contact_message_status, w.staff_reply_status,
  (SELECT string_agg(p.kind || ':' || p.person_id, ' ') FROM participants p WHERE p.conversation_id = c.id) AS people,
  c.snoozed_until, c.marked_unread_at, c.labels,
  (SELECT string_agg('contact:' || b.id, ' ') FROM participants p
   JOIN contacts b ON b.workspace_id = p.workspace_id AND b.id = p.person_id AND b.blocked_at IS NOT NULL
   WHERE p.conversation_id = c.id AND p.kind = 'contact') AS blocked,
  w.notice_hours
FROM conversations c JOIN workspaces w ON w.id = c.workspace_id
WHERE c.workspace_id = :workspace_id AND c.id = ANY(:ids);

-- name: set_heads
UPDATE conversations SET status = :status, closed_at = :closed_at, message_count = :message_count,
  last_seq = :last_seq, activity_seq = :activity_seq, staff_unread = :staff_unread, contact_unread = :contact_unread,
  snoozed_until = :snoozed_until, updated_at = :now
WHERE workspace_id = :workspace_id AND id = :id;

-- name: set_reading
UPDATE conversations SET staff_unread = :staff_unread, contact_unread = :contact_unread,
  staff_read_seq = :staff_read_seq, contact_read_seq = :contact_read_seq, marked_unread_at = :marked_unread_at
WHERE workspace_id = :workspace_id AND id = :id;

-- name: move_labels
UPDATE conversation_labels SET status = :status, activity_seq = :activity_seq WHERE conversation_id = :id;

-- name: insert_change
INSERT INTO changes (conversation_id, number, at, actor, field, before, after)
VALUES (:conversation_id, :number, :at, :actor, :field, :before, :after);

-- name: wrote_anything
SELECT 1 FROM participants p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
WHERE p.workspace_id = :workspace_id AND p.kind = 'contact' AND p.person_id = :contact_id AND c.message_count > 0 LIMIT 1;

-- name: ids_of_person
SELECT conversation_id AS id FROM participants
WHERE workspace_id = :workspace_id AND kind = :kind AND person_id = :person_id;

-- name: delete_conversations
DELETE FROM conversations WHERE id = ANY(:ids) AND workspace_id = :workspace_id;

-- name: delete_participants
DELETE FROM participants WHERE conversation_id = ANY(:ids);

-- name: delete_labels_in
DELETE FROM conversation_labels WHERE conversation_id = ANY(:ids);

-- name: delete_changes_in
DELETE FROM changes WHERE conversation_id = ANY(:ids);
