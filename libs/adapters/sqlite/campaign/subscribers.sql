-- name: insertList
INSERT INTO lists (id, workspace_id, name, created_at) VALUES (:id, :workspace, :name, :createdAt) ON CONFLICT DO NOTHING

-- name: findList
SELECT no, id, name, created_at AS createdAt, members FROM lists WHERE id = :id AND workspace_id = :workspace

-- name: pageOfLists
SELECT no, id, name, created_at AS createdAt, members FROM lists
WHERE workspace_id = :workspace AND id > :after ORDER BY id LIMIT :limit

-- name: countMembers
UPDATE lists SET members = members + :change WHERE no = :list

-- name: insert
INSERT INTO subscribers (id, workspace_id, email, name, attributes, locale, timezone, created_at, updated_at)
VALUES (:id, :workspace, :email, :name, :attributes, :locale, :timezone, :now, :now)
ON CONFLICT DO NOTHING RETURNING no

-- name: lastNo
SELECT coalesce(max(no), 0) AS no FROM subscribers

-- name: insertNew
INSERT INTO subscribers (no, id, workspace_id, email, name, locale, timezone, attributes, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
ON CONFLICT (workspace_id, email) DO NOTHING

-- name: knownAmong
-- Of the addresses that were to be new, those that were there before: all that did not get the number meant for them.
-- CROSS JOIN keeps to this order: left to itself SQLite looks through the addresses once for everybody in the workspace.
SELECT emails.key AS at, s.no, s.attributes FROM json_each(:emails) AS emails
CROSS JOIN subscribers s ON s.workspace_id = :workspace AND s.email = emails.value
WHERE s.no <= :lastNo

-- name: mergeRow
UPDATE subscribers SET name = coalesce(?2, name), locale = coalesce(?3, locale), timezone = coalesce(?4, timezone),
  attributes = coalesce(?5, attributes), updated_at = ?6
WHERE no = ?1

-- name: joinRow
-- Whoever left by their own wish stays away.
INSERT INTO list_members (list_no, email, subscriber_no)
SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM left_lists WHERE list_no = ?1 AND email = ?2)
ON CONFLICT DO NOTHING

-- name: joinNew
INSERT INTO list_members (list_no, email, subscriber_no) SELECT :list, s.email, s.no FROM subscribers s
WHERE s.no > :lastNo AND NOT EXISTS (SELECT 1 FROM left_lists f WHERE f.list_no = :list AND f.email = s.email)
ORDER BY s.no
ON CONFLICT DO NOTHING

-- name: byEmail
SELECT * FROM subscribers WHERE workspace_id = :workspace AND email = :email

-- name: byId
SELECT * FROM subscribers WHERE id = :id AND workspace_id = :workspace

-- name: byNo
SELECT * FROM subscribers WHERE no = :no

-- name: replace
UPDATE subscribers SET name = :name, attributes = :attributes, locale = :locale, timezone = :timezone, updated_at = :now
WHERE id = :id AND workspace_id = :workspace

-- name: leaveAll
-- The primary key is asked once for each list of the workspace: an index by person would cost every import more.
DELETE FROM list_members WHERE email = :email AND list_no IN (SELECT no FROM lists WHERE workspace_id = :workspace)
RETURNING list_no AS list

-- name: remove
DELETE FROM subscribers WHERE id = :id AND workspace_id = :workspace RETURNING email

-- name: insertFormer
INSERT INTO former_subscribers (id, workspace_id, email) VALUES (:id, :workspace, :email)
ON CONFLICT (id) DO UPDATE SET workspace_id = :workspace, email = :email

-- name: page
SELECT * FROM subscribers WHERE workspace_id = :workspace AND email > :after ORDER BY email LIMIT :limit

-- name: pageOfList
SELECT s.* FROM list_members m JOIN subscribers s ON s.no = m.subscriber_no
WHERE m.list_no = :list AND m.email > :after ORDER BY m.email LIMIT :limit

-- name: insertImport
INSERT INTO imports (id, workspace_id, status, created_at, body) VALUES (:id, :workspace, :status, :createdAt, :body)
ON CONFLICT DO NOTHING

-- name: findImport
SELECT body FROM imports WHERE id = :id AND workspace_id = :workspace

-- name: unfinishedImport
SELECT body FROM imports WHERE status IN ('queued', 'running') ORDER BY created_at, id LIMIT 1

-- name: isUnfinishedImport
SELECT id FROM imports WHERE id = :id AND status IN ('queued', 'running')

-- name: saveImport
UPDATE imports SET status = :status, body = :body WHERE id = :id

-- name: insertImportFault
INSERT INTO import_faults (import_id, line, code, detail) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING

-- name: importFaults
SELECT line, code, detail FROM import_faults WHERE import_id = :id AND line > :after ORDER BY line LIMIT :limit
