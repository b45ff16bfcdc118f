-- name: tick
UPDATE chat_clock SET at = at + :count WHERE id = 1 RETURNING at

-- name: open
-- Of any conflict: the same id, or the same pair.
INSERT INTO chat_conversations (id, workspace_id, kind, pair, title, created_by, created_at, size, spread, moved)
VALUES (:id, :workspace, :kind, :pair, :title, :createdBy, :createdAt, :size, :spread, :moved)
ON CONFLICT DO NOTHING

-- name: conversation
SELECT no, id, workspace_id, kind, pair, title, created_by, created_at, seq, rev, cut_seq, size, spread, moved
FROM chat_conversations WHERE id = :id

-- name: conversationOfPair
SELECT no, id, workspace_id, kind, pair, title, created_by, created_at, seq, rev, cut_seq, size, spread, moved
FROM chat_conversations WHERE workspace_id = :workspace AND pair = :pair

-- name: conversationNo
SELECT no, id, workspace_id, kind, pair, title, created_by, created_at, seq, rev, cut_seq, size, spread, moved
FROM chat_conversations WHERE no = :no

-- name: rename
UPDATE chat_conversations SET title = :title WHERE id = :id AND workspace_id = :workspace

-- name: smallOf
SELECT conversation_no AS conversation, moved FROM chat_members
WHERE workspace_id = :workspace AND user_id = :user AND moved < :before ORDER BY moved DESC LIMIT :limit

-- name: largeOf
-- Those of one user are put in order each time: of large conversations people are in few.
SELECT c.no AS conversation, c.moved FROM chat_members AS m JOIN chat_conversations AS c ON c.no = m.conversation_no
WHERE m.workspace_id = :workspace AND m.user_id = :user AND m.moved IS NULL AND c.moved < :before
ORDER BY c.moved DESC LIMIT :limit

-- name: member
SELECT user_id, role, joined_at, delivered_seq, read_seq, muted_until FROM chat_members
WHERE conversation_no = :no AND user_id = :user

-- name: members
SELECT user_id, role, joined_at, delivered_seq, read_seq, muted_until FROM chat_members
WHERE conversation_no = :no AND user_id > :after ORDER BY user_id LIMIT :limit

-- name: userIds
SELECT user_id FROM chat_members WHERE conversation_no = :no

-- name: addMember
INSERT INTO chat_members
  (conversation_no, user_id, workspace_id, role, joined_at, delivered_seq, read_seq, muted_until, moved)
VALUES (:no, :user, :workspace, :role, :joinedAt, :deliveredSeq, :readSeq, :mutedUntil, :moved)
ON CONFLICT DO NOTHING

-- name: changeMember
UPDATE chat_members SET role = :role, muted_until = :mutedUntil WHERE conversation_no = :no AND user_id = :user

-- name: setRole
UPDATE chat_members SET role = :role WHERE conversation_no = :no AND user_id = :user

-- name: setMute
UPDATE chat_members SET muted_until = :mutedUntil WHERE conversation_no = :no AND user_id = :user

-- name: removeMember
DELETE FROM chat_members WHERE conversation_no = :no AND user_id = :user

-- name: resize
UPDATE chat_conversations SET size = size + :change WHERE no = :no

-- name: growLarge
UPDATE chat_conversations SET spread = 0 WHERE no = :no

-- name: moveMembers
UPDATE chat_members SET moved = :moved WHERE conversation_no = :no

-- name: setMarks
UPDATE chat_members SET delivered_seq = :deliveredSeq, read_seq = :readSeq
WHERE conversation_no = :no AND user_id = :user

-- name: insertMessage
INSERT INTO chat_messages (conversation_no, seq, sent_at, id, sender_id, client_id, text, extra)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (conversation_no, sender_id, client_id) DO NOTHING

-- name: sentBefore
SELECT id, seq, rev, sent_at, sender_id, client_id, text, extra FROM chat_messages
WHERE conversation_no = :no AND sender_id = :sender AND client_id = :clientId

-- name: moveLog
UPDATE chat_conversations SET seq = :seq, moved = :moved WHERE no = :no

-- name: ageLog
UPDATE chat_conversations SET cut_seq = :cutSeq, oldest_at = :oldestAt WHERE no = :no

-- name: isBarred
SELECT 1 AS yes FROM chat_members AS m WHERE m.conversation_no = :no AND m.user_id <> :user AND (
  EXISTS (SELECT 1 FROM chat_blocks AS b
    WHERE b.workspace_id = :workspace AND b.user_id = m.user_id AND b.blocked = :user) OR
  EXISTS (SELECT 1 FROM chat_blocks AS b
    WHERE b.workspace_id = :workspace AND b.user_id = :user AND b.blocked = m.user_id)
) LIMIT 1

-- name: message
SELECT id, seq, rev, sent_at, sender_id, client_id, text, extra FROM chat_messages
WHERE id = :id AND conversation_no = :no

-- name: changeMessage
UPDATE chat_messages SET rev = :rev, text = :text, extra = :extra, pinned = :pinned WHERE id = :id

-- name: takeRev
UPDATE chat_conversations SET rev = :rev WHERE no = :no

-- name: addMention
INSERT INTO chat_mentions (conversation_no, user_id, seq) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING

-- name: removeMention
DELETE FROM chat_mentions WHERE conversation_no = ?1 AND user_id = ?2 AND seq = ?3

-- name: unreadMentions
SELECT count(*) AS count FROM (
  SELECT 1 FROM chat_mentions WHERE conversation_no = :no AND user_id = :user AND seq > :readSeq LIMIT :most
)

-- name: forward
SELECT id, seq, rev, sent_at, sender_id, client_id, text, extra FROM chat_messages
WHERE conversation_no = :no AND seq > :after AND seq < :before ORDER BY seq LIMIT :limit

-- name: backward
SELECT id, seq, rev, sent_at, sender_id, client_id, text, extra FROM chat_messages
WHERE conversation_no = :no AND seq < :before ORDER BY seq DESC LIMIT :limit

-- name: changedSince
SELECT id, seq, rev, sent_at, sender_id, client_id, text, extra FROM chat_messages
WHERE conversation_no = :no AND rev > 0 AND rev > :rev AND seq <= :seq ORDER BY rev LIMIT :limit

-- name: pinned
SELECT id, seq, rev, sent_at, sender_id, client_id, text, extra FROM chat_messages
WHERE conversation_no = :no AND pinned = 1 ORDER BY seq DESC LIMIT :limit

-- name: oldest
SELECT no, seq, cut_seq FROM chat_conversations WHERE oldest_at < :sentBefore ORDER BY oldest_at LIMIT 1

-- name: cutUpTo
DELETE FROM chat_messages WHERE conversation_no = :no AND seq <= :seq

-- name: putBlock
INSERT INTO chat_blocks (workspace_id, user_id, blocked) VALUES (:workspace, :user, :blocked) ON CONFLICT DO NOTHING

-- name: removeBlock
DELETE FROM chat_blocks WHERE workspace_id = :workspace AND user_id = :user AND blocked = :blocked

-- name: blockedBy
SELECT blocked FROM chat_blocks WHERE workspace_id = :workspace AND user_id = :user ORDER BY blocked

-- name: isBlocked
SELECT 1 AS yes WHERE
  EXISTS (SELECT 1 FROM chat_blocks WHERE workspace_id = :workspace AND user_id = :one AND blocked = :other) OR
  EXISTS (SELECT 1 FROM chat_blocks WHERE workspace_id = :workspace AND user_id = :other AND blocked = :one)
