-- name: firstWorkspace
SELECT id, name, created_at FROM workspaces WHERE is_default = 1

-- name: findWorkspace
SELECT id, name, created_at FROM workspaces WHERE id = :id

-- name: insertDefault
INSERT INTO workspaces (id, name, created_at, is_default) VALUES (:id, :name, :createdAt, 1)

-- name: insertKey
INSERT INTO api_keys (id, workspace_id, name, token_hash, scopes, origin, created_at, last_used_at, revoked_at)
VALUES (:id, :workspaceId, :name, :tokenHash, :scopes, :origin, :createdAt, NULL, NULL)
