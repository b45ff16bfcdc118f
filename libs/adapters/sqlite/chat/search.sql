-- name: conversationsOf
SELECT conversation_no AS no FROM chat_members WHERE workspace_id = :workspace AND user_id = :user

-- name: conversation
SELECT no FROM chat_conversations WHERE id = :id

-- name: matching
-- Of an index over all workspaces: who asks looks at the conversation of each before anything of it is told.
SELECT m.no, m.conversation_no AS conversation, m.sent_at
FROM chat_search AS s JOIN chat_messages AS m ON m.no = s.rowid
WHERE chat_search MATCH :match AND s.rowid < :before ORDER BY s.rowid DESC LIMIT :limit

-- name: sentAtOrAfter
SELECT no, sent_at FROM chat_messages WHERE no >= :no ORDER BY no LIMIT 1

-- name: lastNo
SELECT max(no) AS no FROM chat_messages

-- name: message
SELECT m.no, c.id AS conversation, m.id, m.seq, m.rev, m.sent_at, m.sender_id, m.client_id, m.text, m.extra
FROM chat_messages AS m JOIN chat_conversations AS c ON c.no = m.conversation_no WHERE m.no = :no
