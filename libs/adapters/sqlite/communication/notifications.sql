-- name: accept
INSERT INTO notifications
  (id, workspace_id, lane, type, user_id, status, due_at, ordering_key, blocks, behind, revision, updated_at, spec, progress)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
  ?9 AND EXISTS (SELECT 1 FROM notifications WHERE blocks = 1 AND workspace_id = ?2 AND ordering_key = ?8),
  ?10, ?11, ?12, ?13)
ON CONFLICT (id) DO NOTHING

-- name: save
-- One that lets others pass waits behind nobody: there is nothing left of it to send.
UPDATE notifications SET status = :status, due_at = :dueAt, blocks = :blocks, behind = behind AND :blocks,
  revision = :revision, updated_at = :updatedAt, progress = :progress
WHERE id = :id AND workspace_id = :workspace AND revision = :revisionBefore

-- name: release
-- All others of the key stay behind this one.
UPDATE notifications SET behind = 0 WHERE behind = 1 AND no = (
  SELECT no FROM notifications WHERE blocks = 1 AND workspace_id = :workspace AND ordering_key = :key ORDER BY no LIMIT 1
)

-- name: due
SELECT no, status, due_at, revision, updated_at, spec, progress FROM notifications AS n
WHERE lane = :lane AND behind = 0 AND due_at <= :now AND NOT EXISTS (
  SELECT 1 FROM notifications AS p
  WHERE p.blocks = 1 AND p.workspace_id = n.workspace_id AND p.ordering_key = n.ordering_key AND p.no < n.no
)
ORDER BY due_at, no LIMIT :limit

-- name: nextDueAt
SELECT due_at AS at FROM notifications AS n
WHERE lane = :lane AND behind = 0 AND due_at > :now AND NOT EXISTS (
  SELECT 1 FROM notifications AS p
  WHERE p.blocks = 1 AND p.workspace_id = n.workspace_id AND p.ordering_key = n.ordering_key AND p.no < n.no
)
ORDER BY due_at LIMIT 1

-- name: find
SELECT no, status, due_at, revision, updated_at, spec, progress FROM notifications
WHERE id = :id AND workspace_id = :workspace

-- name: row
SELECT no, status, due_at, revision, updated_at, spec, progress FROM notifications WHERE no = :no

-- name: inStatus
SELECT no FROM notifications WHERE workspace_id = :workspace AND status = :status AND no < :before
ORDER BY no DESC LIMIT :limit

-- name: ofTypeInStatus
SELECT no FROM notifications WHERE workspace_id = :workspace AND type = :type AND status = :status AND no < :before
ORDER BY no DESC LIMIT :limit

-- name: ofUser
-- Of one user there are not so many that looking through them would take long.
SELECT no FROM notifications WHERE workspace_id = :workspace AND user_id = :user AND no < :before
  AND (:type IS NULL OR type = :type) AND (:status IS NULL OR status = :status)
ORDER BY no DESC LIMIT :limit

-- name: isKnown
SELECT 1 AS known FROM notifications WHERE id = :id

-- name: quotaUsed
SELECT used FROM quota_use WHERE workspace_id = :workspace AND period = :period

-- name: setQuotaUsed
INSERT INTO quota_use (workspace_id, period, used) VALUES (:workspace, :period, :used)
ON CONFLICT DO UPDATE SET used = excluded.used

-- name: forgetQuotas
-- Of the same kind, and over.
DELETE FROM quota_use
WHERE workspace_id = :workspace AND period < :period AND substr(period, 1, 1) = substr(:period, 1, 1)
