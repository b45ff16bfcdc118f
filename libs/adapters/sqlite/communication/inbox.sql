-- name: put
INSERT INTO inbox_items (id, workspace_id, user_id, delivery_id, state, seen_at, read_at, archived_at, body)
VALUES (:id, :workspace, :user, :delivery, :state, :seenAt, :readAt, :archivedAt, :body)
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
  archived_at = coalesce(archived_at, :archivedAt)
WHERE id = :id AND workspace_id = :workspace AND state < :state

-- name: inState
SELECT no FROM inbox_items WHERE workspace_id = :workspace AND user_id = :user AND state = :state AND no < :before
ORDER BY no DESC LIMIT :limit

-- name: row
SELECT no, state, seen_at, read_at, archived_at, body FROM inbox_items WHERE no = :no

-- name: countInState
SELECT count(*) AS count FROM inbox_items WHERE workspace_id = :workspace AND user_id = :user AND state = :state

-- name: noOf
SELECT no FROM inbox_items WHERE id = :id

-- name: newest
SELECT id FROM inbox_items WHERE no = (SELECT max(no) FROM inbox_items)

-- name: since
SELECT no, state, seen_at, read_at, archived_at, body FROM inbox_items WHERE no > :no ORDER BY no LIMIT :limit
