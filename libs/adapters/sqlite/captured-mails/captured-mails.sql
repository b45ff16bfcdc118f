-- name: ofCall
SELECT number - position AS first FROM captured_mails WHERE call_key = :key LIMIT 1

-- name: last
SELECT max(number) AS number FROM captured_mails

-- name: ownerOf
-- A dispatch is open before anything of it is sent, and never removed.
SELECT workspace_id FROM dispatches WHERE id = :dispatchId

-- name: insert
INSERT INTO captured_mails
  (number, workspace_id, call_key, position, at, delivery_id, sender, recipient, reply_to, subject, headers, html, text)
VALUES
  (:number, :workspaceId, :key, :position, :at, :deliveryId, :sender, :recipient, :replyTo, :subject, :headers, :html, :text)

-- name: trim
DELETE FROM captured_mails
WHERE workspace_id IS :workspaceId AND number <= (
  SELECT number FROM captured_mails WHERE workspace_id IS :workspaceId ORDER BY number DESC LIMIT 1 OFFSET :keep
)

-- name: page
SELECT number, at, delivery_id, sender, recipient, subject, CASE subject WHEN '' THEN substr(text, 1, :beginning) END AS beginning
FROM captured_mails
WHERE number < :before ORDER BY number DESC LIMIT :limit

-- name: pageOf
SELECT number, at, delivery_id, sender, recipient, subject, CASE subject WHEN '' THEN substr(text, 1, :beginning) END AS beginning
FROM captured_mails
WHERE workspace_id = :workspaceId AND number < :before ORDER BY number DESC LIMIT :limit

-- name: find
SELECT workspace_id, number, at, delivery_id, sender, recipient, reply_to, subject, headers, html, text
FROM captured_mails WHERE number = :number
