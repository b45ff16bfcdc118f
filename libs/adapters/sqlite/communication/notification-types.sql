-- name: insert
INSERT INTO notification_types (workspace_id, type, revision, body) VALUES (:workspace, :type, :revision, :body)
ON CONFLICT DO NOTHING

-- name: save
UPDATE notification_types SET revision = :revision, body = :body
WHERE workspace_id = :workspace AND type = :type AND revision = :revisionBefore

-- name: find
SELECT body FROM notification_types WHERE workspace_id = :workspace AND type = :type

-- name: page
SELECT body FROM notification_types WHERE workspace_id = :workspace AND type > :after ORDER BY type LIMIT :limit

-- name: remove
DELETE FROM notification_types WHERE workspace_id = :workspace AND type = :type

-- name: rememberRemoved
INSERT INTO removed_notification_types (workspace_id, type) VALUES (:workspace, :type) ON CONFLICT DO NOTHING

-- name: wasRemoved
SELECT 1 AS removed FROM removed_notification_types WHERE workspace_id = :workspace AND type = :type
