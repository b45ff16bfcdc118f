-- name: insert
INSERT INTO suppressions (workspace_id, address, scope, id, reason, at)
VALUES (:workspace, :address, :scope, :id, :reason, :at)
ON CONFLICT DO NOTHING

-- name: find
SELECT id, address, scope, reason, at FROM suppressions
WHERE workspace_id = :workspace AND address = :address AND scope = :scope

-- name: remove
DELETE FROM suppressions WHERE workspace_id = :workspace AND id = :id

-- name: page
SELECT id, address, scope, reason, at FROM suppressions
WHERE workspace_id = :workspace AND (address, scope) > (:afterAddress, :afterScope)
ORDER BY address, scope LIMIT :limit

-- name: pageOfAddress
SELECT id, address, scope, reason, at FROM suppressions
WHERE workspace_id = :workspace AND address = :address AND scope > :afterScope
ORDER BY scope LIMIT :limit
