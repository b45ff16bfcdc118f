-- name: insertKey
INSERT INTO api_keys (id, workspace_id, name, token_hash, scopes, origin, created_at, last_used_at, revoked_at)
VALUES (:id, :workspaceId, :name, :tokenHash, :scopes, :origin, :createdAt, NULL, NULL)
ON CONFLICT DO NOTHING

-- name: hasId
SELECT 1 AS yes FROM api_keys WHERE id = :id

-- name: findByHash
SELECT id, workspace_id, name, token_hash, scopes, origin, created_at, last_used_at, revoked_at
FROM api_keys WHERE token_hash = :tokenHash

-- name: find
SELECT id, workspace_id, name, token_hash, scopes, origin, created_at, last_used_at, revoked_at
FROM api_keys WHERE workspace_id = :workspaceId AND id = :id

-- name: list
SELECT id, workspace_id, name, token_hash, scopes, origin, created_at, last_used_at, revoked_at
FROM api_keys WHERE workspace_id = :workspaceId AND (:after = '' OR id < :after)
ORDER BY id DESC LIMIT :limit

-- name: revoke
UPDATE api_keys SET revoked_at = coalesce(revoked_at, :at) WHERE workspace_id = :workspaceId AND id = :id

-- name: touch
UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), :at) WHERE id = :id
