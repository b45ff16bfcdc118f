-- name: insert
INSERT INTO chat_attachments
  (id, workspace_id, uploader_id, uploaded_at, taken_at, name, media_type, bytes, width, height)
VALUES (:id, :workspace, :uploader, :at, :at, :name, :mediaType, :bytes, :width, :height)
ON CONFLICT DO NOTHING

-- name: find
SELECT id, workspace_id, uploader_id, uploaded_at, name, media_type, bytes, width, height, preview FROM chat_attachments AS a
WHERE id = :id AND workspace_id = :workspace AND (uploader_id = :user OR EXISTS (
  SELECT 1 FROM chat_attachment_holds AS h
  JOIN chat_members AS m ON m.conversation_no = h.conversation_no AND m.user_id = :user WHERE h.attachment_id = a.id))

-- name: take
UPDATE chat_attachments SET taken_at = max(taken_at, :now)
WHERE id = :id AND workspace_id = :workspace AND uploader_id = :user
RETURNING id, workspace_id, uploader_id, uploaded_at, name, media_type, bytes, width, height, preview

-- name: setPreview
UPDATE chat_attachments SET preview = :preview WHERE id = :id

-- name: removeUnheld
DELETE FROM chat_attachments WHERE id IN
  (SELECT id FROM chat_attachments WHERE held = 0 AND taken_at < :before ORDER BY taken_at LIMIT :limit)
RETURNING id

-- name: isKept
SELECT 1 AS yes FROM chat_attachments WHERE id = :id
