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

-- name: wordsBehind
SELECT w.upto, (SELECT coalesce(max(no), 0) FROM chat_messages) AS last FROM chat_words AS w

-- name: withoutWords
SELECT no, length(text) AS size FROM chat_messages WHERE no > :upto ORDER BY no LIMIT :limit

-- name: writeWords
INSERT INTO chat_search (rowid, text, about)
SELECT no, text, 'c' || conversation_no || ' u' || hex(sender_id) || iif(json_type(extra, '$.attachments') IS NULL, '', ' a')
FROM chat_messages WHERE no > :upto AND no <= :to AND json_type(extra, '$.deletedAt') IS NULL

-- name: moveWords
UPDATE chat_words SET upto = :to

-- name: putInOrder
-- https://sqlite.org/fts5.html#the_merge_command
INSERT INTO chat_search (chat_search, rank) VALUES ('merge', :pages)

-- name: changesSoFar
SELECT total_changes() AS count
