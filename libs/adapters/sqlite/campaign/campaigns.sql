-- name: insert
INSERT INTO campaigns (id, workspace_id, status, revision, body) VALUES (:id, :workspace, :status, :revision, :body)
ON CONFLICT DO NOTHING

-- name: find
SELECT body FROM campaigns WHERE id = :id AND workspace_id = :workspace

-- name: page
SELECT body FROM campaigns WHERE workspace_id = :workspace AND id < :before ORDER BY id DESC LIMIT :limit

-- name: save
UPDATE campaigns SET status = :status, revision = :revision, body = :body
WHERE id = :id AND status = :statusBefore AND revision = :revisionBefore

-- name: advance
UPDATE campaigns SET cursor = :cursor, expanded = :done WHERE id = :id

-- name: unexpanded
SELECT body, cursor FROM campaigns WHERE expanded = 0 AND status = :status ORDER BY id LIMIT 100

-- name: insertUnsubscribe
INSERT INTO unsubscribes (campaign_id, subscriber_id, at) VALUES (:campaign, :subscriber, :at) ON CONFLICT DO NOTHING

-- name: countUnsubscribe
UPDATE campaigns SET unsubscribes = unsubscribes + 1 WHERE id = :campaign

-- name: unsubscribes
SELECT unsubscribes AS count FROM campaigns WHERE id = :campaign

-- name: workspaceOf
SELECT workspace_id AS workspaceId FROM campaigns WHERE id = :campaign
