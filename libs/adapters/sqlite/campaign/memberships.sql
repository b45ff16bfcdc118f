-- name: of
-- The primary keys are asked once for each list of the workspace: an index by person would cost every import more.
SELECT l.id AS listId, l.name, CASE WHEN m.email IS NULL THEN 'left' ELSE 'joined' END AS state
FROM lists l
LEFT JOIN list_members m ON m.list_no = l.no AND m.email = :email
LEFT JOIN left_lists f ON f.list_no = l.no AND f.email = :email
WHERE l.workspace_id = :workspace AND (m.email IS NOT NULL OR f.email IS NOT NULL)
ORDER BY l.id LIMIT :limit

-- name: listNo
SELECT no FROM lists WHERE id = :list AND workspace_id = :workspace

-- name: leave
DELETE FROM list_members WHERE list_no = :no AND email = :email

-- name: keepLeft
INSERT INTO left_lists (list_no, email, at) VALUES (:no, :email, :at) ON CONFLICT DO NOTHING

-- name: forgetLeft
DELETE FROM left_lists WHERE list_no = :no AND email = :email

-- name: join
INSERT INTO list_members (list_no, email, subscriber_no)
SELECT :no, email, no FROM subscribers WHERE workspace_id = :workspace AND email = :email
ON CONFLICT DO NOTHING

-- name: countMembers
UPDATE lists SET members = members + :change WHERE no = :no
