-- name: put
INSERT INTO chat_scheduled
  (id, workspace_id, conversation_id, sender_id, text, mentions, reply_to, attachments, send_at, created_at, state)
SELECT :id, :workspace, :conversation, :sender, :text, :mentions, :replyTo, :attachments, :sendAt, :createdAt, 'waiting'
WHERE (SELECT count(*) FROM chat_scheduled WHERE workspace_id = :workspace AND sender_id = :sender) < :most
ON CONFLICT DO NOTHING

-- name: find
SELECT id, workspace_id, conversation_id, sender_id, text, mentions, reply_to, attachments, send_at, created_at, state, refusal
FROM chat_scheduled WHERE id = :id

-- name: ofSender
SELECT id, workspace_id, conversation_id, sender_id, text, mentions, reply_to, attachments, send_at, created_at, state, refusal
FROM chat_scheduled WHERE workspace_id = :workspace AND sender_id = :sender ORDER BY send_at, id

-- name: revise
UPDATE chat_scheduled SET state = 'waiting', refusal = NULL,
  text = coalesce(:text, text), mentions = coalesce(:mentions, mentions), send_at = coalesce(:sendAt, send_at)
WHERE id = :id

-- name: remove
DELETE FROM chat_scheduled WHERE id = :id

-- name: take
UPDATE chat_scheduled SET state = 'sending' WHERE id = :id

-- name: refuse
UPDATE chat_scheduled SET state = 'refused', refusal = :refusal WHERE id = :id
