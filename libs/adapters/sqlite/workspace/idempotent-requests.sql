-- name: find
SELECT fingerprint, started_at, attempt, lease_until, status, headers, body
FROM idempotent_requests WHERE workspace_id = :workspaceId AND key = :key

-- name: begin
INSERT INTO idempotent_requests
  (workspace_id, key, fingerprint, started_at, attempt, lease_until, keep_until, status, headers, body)
VALUES (:workspaceId, :key, :fingerprint, :now, 1, :leaseUntil, :keepUntil, NULL, NULL, NULL)

-- name: takeOver
UPDATE idempotent_requests
SET attempt = attempt + 1, lease_until = :leaseUntil, keep_until = :keepUntil
WHERE workspace_id = :workspaceId AND key = :key

-- name: renew
UPDATE idempotent_requests SET lease_until = :leaseUntil
WHERE workspace_id = :workspaceId AND key = :key AND attempt = :attempt AND status IS NULL

-- name: settle
UPDATE idempotent_requests SET status = :status, headers = :headers, body = :body, keep_until = :keepUntil
WHERE workspace_id = :workspaceId AND key = :key AND attempt = :attempt AND status IS NULL

-- name: abandon
UPDATE idempotent_requests SET lease_until = 0
WHERE workspace_id = :workspaceId AND key = :key AND attempt = :attempt AND status IS NULL

-- name: releaseAll
UPDATE idempotent_requests SET lease_until = 0 WHERE status IS NULL AND lease_until > 0

-- name: purge
DELETE FROM idempotent_requests WHERE rowid IN (
  SELECT rowid FROM idempotent_requests WHERE keep_until < :now ORDER BY keep_until LIMIT :limit
)
