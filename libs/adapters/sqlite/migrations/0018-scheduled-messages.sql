CREATE TABLE chat_scheduled (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  sender_id TEXT NOT NULL,
  text TEXT NOT NULL,
  -- A JSON list of users.
  mentions TEXT NOT NULL,
  reply_to TEXT,
  send_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'refused')),
  refusal TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_scheduled_by_sender ON chat_scheduled (workspace_id, sender_id, send_at, id);
