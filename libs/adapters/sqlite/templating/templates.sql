-- name: insertTemplate
INSERT INTO templates (workspace_id, id, name, channel, locale, origin, current_version, created_at, updated_at)
VALUES (:workspaceId, :id, :name, :channel, :locale, :origin, :currentVersion, :createdAt, :updatedAt)
ON CONFLICT DO NOTHING

-- name: insertVersion
INSERT INTO template_versions (workspace_id, template_id, version, locale, subject, html, text, variables, created_at)
VALUES (:workspaceId, :templateId, :version, :locale, :subject, :html, :text, :variables, :createdAt)

-- name: stepTo
UPDATE templates SET current_version = :version, name = :name, locale = :locale, updated_at = :at
WHERE workspace_id = :workspaceId AND id = :id AND current_version = :version - 1

-- name: find
SELECT workspace_id, id, name, channel, locale, origin, current_version, created_at, updated_at
FROM templates WHERE workspace_id = :workspaceId AND id = :id

-- name: findByOrigin
SELECT workspace_id, id, name, channel, locale, origin, current_version, created_at, updated_at
FROM templates WHERE workspace_id = :workspaceId AND origin = :origin

-- name: findVersion
SELECT workspace_id, template_id, version, locale, subject, html, text, variables, created_at
FROM template_versions WHERE workspace_id = :workspaceId AND template_id = :id AND version = :version

-- name: page
SELECT workspace_id, id, name, channel, locale, origin, current_version, created_at, updated_at
FROM templates WHERE workspace_id = :workspaceId AND (:after = '' OR id < :after)
ORDER BY id DESC LIMIT :limit
