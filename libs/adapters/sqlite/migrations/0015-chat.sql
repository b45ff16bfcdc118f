CREATE TABLE chat_conversations (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  pair TEXT,
  title TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  rev INTEGER NOT NULL DEFAULT 0,
  cut_seq INTEGER NOT NULL DEFAULT 0,
  -- Its members, counted: to count five thousand for each that is added takes too long.
  size INTEGER NOT NULL,
  -- 1 while it is small: its members have `moved` beside their own rows, so that lists are read from an index. Of a large
  -- one that would be as many writes a message as there are members. One that has grown large stays so.
  spread INTEGER NOT NULL,
  -- The tick of `chat_clock` at which it got its newest message, or was opened.
  moved INTEGER NOT NULL,
  -- When the oldest message that is kept was sent: what retention looks for.
  oldest_at INTEGER
) STRICT;
CREATE UNIQUE INDEX chat_conversations_by_pair ON chat_conversations (workspace_id, pair) WHERE pair IS NOT NULL;
CREATE INDEX chat_conversations_by_age ON chat_conversations (oldest_at) WHERE oldest_at IS NOT NULL;

-- Orders what moved, whatever the wall clock does. One row.
CREATE TABLE chat_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at INTEGER NOT NULL
) STRICT;
INSERT INTO chat_clock (id, at) VALUES (1, 0);

CREATE TABLE chat_members (
  conversation_no INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  role TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  delivered_seq INTEGER NOT NULL,
  read_seq INTEGER NOT NULL,
  muted_until INTEGER,
  -- That of a conversation that is small; null of a large one.
  moved INTEGER,
  PRIMARY KEY (conversation_no, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_members_by_user ON chat_members (workspace_id, user_id, moved);

-- `no` rises as messages come, whatever their conversation: a commit that carries many of them writes them side by side.
CREATE TABLE chat_messages (
  no INTEGER PRIMARY KEY,
  conversation_no INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  rev INTEGER NOT NULL DEFAULT 0,
  pinned INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  sender_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  text TEXT NOT NULL,
  -- What most messages have nothing of (replyTo, mentions, attachments, reactions, editedAt, …) as JSON; null if nothing.
  extra TEXT
) STRICT;
CREATE UNIQUE INDEX chat_messages_by_seq ON chat_messages (conversation_no, seq);
-- The identity: what is sent again finds what was made of it, as long as that is kept.
CREATE UNIQUE INDEX chat_messages_identity ON chat_messages (conversation_no, sender_id, client_id);
-- Only those that were changed, and those that are pinned.
CREATE INDEX chat_messages_by_rev ON chat_messages (conversation_no, rev) WHERE rev > 0;
CREATE INDEX chat_messages_pinned ON chat_messages (conversation_no, seq) WHERE pinned = 1;

-- Which messages mention whom as they stand now: what is counted for each member.
CREATE TABLE chat_mentions (
  conversation_no INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (conversation_no, user_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_blocks (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  blocked TEXT NOT NULL,
  PRIMARY KEY (workspace_id, user_id, blocked)
) STRICT, WITHOUT ROWID;
