-- name: insert
INSERT INTO campaigns (id, workspace_id, status, revision, body) VALUES (:id, :workspace, :status, :revision, :body)
ON CONFLICT DO NOTHING

-- name: find
SELECT body FROM campaigns WHERE id = :id AND workspace_id = :workspace

-- name: page
SELECT body FROM campaigns WHERE workspace_id = :workspace AND id < :before ORDER BY id DESC LIMIT :limit

-- name: save
UPDATE campaigns SET status = :status, revision = :revision, body = :body
WHERE id = :id AND workspace_id = :workspace AND revision = :revisionBefore

-- name: advance
-- Only ever onwards: the cursor is an address, and addresses are handed over in ascending order.
UPDATE campaigns SET cursor = nullif(max(coalesce(cursor, ''), coalesce(:cursor, '')), ''), expanded = :done
WHERE id = :id AND expanded = 0

-- name: unexpanded
SELECT body, cursor FROM campaigns WHERE status = 'running' AND expanded = 0 ORDER BY id LIMIT 100

-- name: countUnsubscribe
UPDATE campaigns SET unsubscribes = unsubscribes + 1 WHERE id = :campaign
AND NOT EXISTS (SELECT 1 FROM unsubscribes WHERE campaign_id = :campaign AND subscriber_id = :subscriber)

-- name: insertUnsubscribe
INSERT INTO unsubscribes (campaign_id, subscriber_id, at) VALUES (:campaign, :subscriber, :at)

-- name: unsubscribes
SELECT unsubscribes AS count FROM campaigns WHERE id = :campaign

-- name: workspaceOf
SELECT workspace_id AS workspaceId FROM campaigns WHERE id = :campaign

-- name: addressOf
SELECT email FROM subscribers WHERE id = :subscriber AND workspace_id = :workspace
UNION ALL
SELECT email FROM former_subscribers WHERE id = :subscriber AND workspace_id = :workspace
