-- name: insertList
INSERT INTO lists (id, workspace_id, name, created_at) VALUES (:id, :workspace, :name, :createdAt) ON CONFLICT DO NOTHING

-- name: findList
SELECT no, id, name, created_at AS createdAt FROM lists WHERE id = :id AND workspace_id = :workspace

-- name: pageOfLists
SELECT no, id, name, created_at AS createdAt FROM lists
WHERE workspace_id = :workspace AND id > :after ORDER BY id LIMIT :limit

-- name: insert
INSERT INTO subscribers (id, workspace_id, email, name, attributes, locale, timezone, created_at, updated_at)
VALUES (:id, :workspace, :email, :name, :attributes, :locale, :timezone, :now, :now)
ON CONFLICT (workspace_id, email) DO NOTHING RETURNING no

-- name: merge
UPDATE subscribers SET name = coalesce(:name, name),
  attributes = CASE WHEN :attributes IS NULL THEN attributes ELSE :attributes END,
  locale = coalesce(:locale, locale), timezone = coalesce(:timezone, timezone), updated_at = :now
WHERE no = :no

-- name: byEmail
SELECT * FROM subscribers WHERE workspace_id = :workspace AND email = :email

-- name: byId
SELECT * FROM subscribers WHERE workspace_id = :workspace AND id = :id

-- name: byNo
SELECT * FROM subscribers WHERE no = :no

-- name: replace
UPDATE subscribers SET name = :name, attributes = :attributes, locale = :locale, timezone = :timezone, updated_at = :now
WHERE workspace_id = :workspace AND id = :id

-- name: join
INSERT INTO list_members (list_no, email, subscriber_no) VALUES (:list, :email, :no) ON CONFLICT DO NOTHING

-- name: leaveAll
DELETE FROM list_members WHERE subscriber_no = :no

-- name: remove
DELETE FROM subscribers WHERE workspace_id = :workspace AND id = :id RETURNING no

-- name: page
SELECT * FROM subscribers WHERE workspace_id = :workspace AND email > :after ORDER BY email LIMIT :limit

-- name: pageOfList
SELECT s.* FROM list_members m JOIN subscribers s ON s.no = m.subscriber_no
WHERE m.list_no = :list AND m.email > :after ORDER BY m.email LIMIT :limit

-- name: audience
SELECT m.email, s.id, s.name, s.attributes, s.locale, s.timezone
FROM list_members m JOIN subscribers s ON s.no = m.subscriber_no
WHERE m.list_no = :list AND m.email > :after ORDER BY m.email LIMIT :limit

-- name: countMembers
SELECT count(*) AS count FROM list_members WHERE list_no = :list

-- name: insertImport
INSERT INTO imports (id, workspace_id, status, created_at, body) VALUES (:id, :workspace, :status, :createdAt, :body)
ON CONFLICT DO NOTHING

-- name: findImport
SELECT body FROM imports WHERE id = :id AND workspace_id = :workspace

-- name: unfinishedImport
SELECT body FROM imports WHERE status IN ('queued', 'running') ORDER BY created_at LIMIT 1

-- name: saveImport
UPDATE imports SET status = :status, body = :body WHERE id = :id

-- name: insertImportError
INSERT INTO import_errors (import_id, line, code, detail) VALUES (:id, :line, :code, :detail) ON CONFLICT DO NOTHING

-- name: importErrors
SELECT line, code, detail FROM import_errors WHERE import_id = :id AND line > :after ORDER BY line LIMIT :limit
