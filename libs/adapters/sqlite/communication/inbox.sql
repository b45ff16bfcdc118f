-- name: put
INSERT INTO inbox_items (id, workspace_id, user_id, delivery_id, state, seen_at, read_at, archived_at, body, change_no)
VALUES (:id, :workspace, :user, :delivery, :state, :seenAt, :readAt, :archivedAt, :body, (SELECT last + 1 FROM inbox_changes WHERE only = 1))
-- Of any conflict: an item put again whole has both the same delivery and the same id.
ON CONFLICT DO NOTHING

-- name: ofDelivery
SELECT no, state, seen_at, read_at, archived_at, body FROM inbox_items
WHERE workspace_id = :workspace AND delivery_id = :delivery

-- name: find
SELECT no, state, seen_at, read_at, archived_at, body FROM inbox_items WHERE id = :id AND workspace_id = :workspace

-- name: advance
-- What was known of it before stays: one who reads it may not know that it was seen on another screen.
UPDATE inbox_items SET state = :state, seen_at = coalesce(seen_at, :seenAt), read_at = coalesce(read_at, :readAt),
  archived_at = coalesce(archived_at, :archivedAt), change_no = (SELECT last + 1 FROM inbox_changes WHERE only = 1)
WHERE id = :id AND workspace_id = :workspace AND state < :state

-- name: inState
SELECT no FROM inbox_items WHERE workspace_id = :workspace AND user_id = :user AND state = :state AND no < :before
ORDER BY no DESC LIMIT :limit

-- name: row
SELECT no, state, seen_at, read_at, archived_at, body FROM inbox_items WHERE no = :no

-- name: countInState
SELECT count(*) AS count FROM inbox_items WHERE workspace_id = :workspace AND user_id = :user AND state = :state

-- name: changed
UPDATE inbox_changes SET last = last + 1 WHERE only = 1

-- name: lastChange
SELECT last FROM inbox_changes WHERE only = 1

-- name: since
SELECT no, state, seen_at, read_at, archived_at, body, change_no AS change FROM inbox_items
WHERE change_no > :change ORDER BY change_no LIMIT :limit
