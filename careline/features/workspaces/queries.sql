-- columns: workspace
id, name, accent, greeting, threading, contact_message_status, staff_reply_status, edit_window_ms, origins, created_at,
updated_at, settings, notice_hours;

-- name: insert_workspace
INSERT INTO workspaces (id, name, accent, greeting, threading, contact_message_status, staff_reply_status,
  edit_window_ms, origins, settings, notice_hours, created_at, updated_at)
VALUES (:id, :name, :accent, :greeting, :threading, :contact_message_status, :staff_reply_status,
  :edit_window_ms, :origins, :settings, :notice_hours, :now, :now);

-- name: workspaces_by_id
SELECT {workspace} FROM workspaces WHERE id = ANY(:ids);

-- name: all_workspaces
SELECT {workspace} FROM workspaces ORDER BY id;

-- name: update_workspace
UPDATE workspaces SET name = :name, accent = :accent, greeting = :greeting, threading = :threading,
  contact_message_status = :contact_message_status, staff_reply_status = :staff_reply_status,
  edit_window_ms = :edit_window_ms, origins = :origins, settings = :settings,
  notice_hours = :notice_hours, updated_at = :now
WHERE id = :id;
