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

-- name: insertMany
-- Rows as [id, email, name, locale, timezone, attributes], in order of address.
INSERT INTO subscribers (id, workspace_id, email, name, locale, timezone, attributes, created_at, updated_at)
SELECT value ->> 0, :workspace, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, :now, :now
FROM json_each(:rows) WHERE true
ON CONFLICT (workspace_id, email) DO NOTHING

-- name: knownAmong
-- Which of the rows met somebody who was there before.
SELECT rows.key AS at FROM json_each(:rows) AS rows
JOIN subscribers s ON s.workspace_id = :workspace AND s.email = rows.value ->> 1
WHERE s.id <> rows.value ->> 0

-- name: joinMany
INSERT INTO list_members (list_no, email, subscriber_no)
SELECT :list, s.email, s.no FROM json_each(:rows) AS rows
CROSS JOIN subscribers s ON s.workspace_id = :workspace AND s.email = rows.value ->> 1
WHERE true
ON CONFLICT DO NOTHING

-- name: merge
UPDATE subscribers SET name = coalesce(:name, name), attributes = coalesce(:attributes, attributes),
  locale = coalesce(:locale, locale), timezone = coalesce(:timezone, timezone), updated_at = :now
WHERE no = :no

-- name: byEmail
SELECT * FROM subscribers WHERE workspace_id = :workspace AND email = :email

-- name: byId
SELECT * FROM subscribers WHERE id = :id AND workspace_id = :workspace

-- name: byNo
SELECT * FROM subscribers WHERE no = :no

-- name: replace
UPDATE subscribers SET name = :name, attributes = :attributes, locale = :locale, timezone = :timezone, updated_at = :now
WHERE id = :id AND workspace_id = :workspace

-- name: join
INSERT INTO list_members (list_no, email, subscriber_no) VALUES (:list, :email, :no) ON CONFLICT DO NOTHING

-- name: leaveAll
-- The primary key is asked once for each list of the workspace: an index by person would cost every import more.
DELETE FROM list_members WHERE email = :email AND list_no IN (SELECT no FROM lists WHERE workspace_id = :workspace)
RETURNING list_no AS list

-- name: remove
DELETE FROM subscribers WHERE id = :id AND workspace_id = :workspace RETURNING email

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

-- name: saveImport
UPDATE imports SET status = :status, body = :body WHERE id = :id

-- name: insertImportFault
INSERT INTO import_faults (import_id, line, code, detail) VALUES (:id, :line, :code, :detail) ON CONFLICT DO NOTHING

-- name: importFaults
SELECT line, code, detail FROM import_faults WHERE import_id = :id AND line > :after ORDER BY line LIMIT :limit
