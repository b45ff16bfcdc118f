-- Where customers want to be told of events.
CREATE TABLE webhook_endpoints (
  -- Never used twice: what is left of a removed endpoint must not pass for another's.
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  url TEXT NOT NULL,
  -- JSON: an array of names, or "*".
  events TEXT NOT NULL,
  -- JSON array, the newest first.
  secrets TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  disabled_reason TEXT,
  disabled_at INTEGER,
  failing_since INTEGER,
  created_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  -- No later than the earliest of its pending deliveries; null where there is none.
  next_at INTEGER
) STRICT;
CREATE INDEX webhook_endpoints_by_workspace ON webhook_endpoints (workspace_id, id);
CREATE INDEX webhook_endpoints_waiting ON webhook_endpoints (next_at) WHERE enabled = 1 AND next_at IS NOT NULL;

CREATE TABLE webhook_messages (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhook_messages_identity ON webhook_messages (workspace_id, id);
CREATE INDEX webhook_messages_by_time ON webhook_messages (workspace_id, at, no);
CREATE INDEX webhook_messages_by_age ON webhook_messages (at);

-- One message at one endpoint. `status` 0 is pending, 1 delivered, 2 failed; `visible_at` is when it is due or when its
-- lease ends.
CREATE TABLE webhook_deliveries (
  message_no INTEGER NOT NULL,
  endpoint_no INTEGER NOT NULL,
  status INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  visible_at INTEGER NOT NULL,
  claimed INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (message_no, endpoint_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (endpoint_no, visible_at) WHERE status = 0;
CREATE INDEX webhook_deliveries_claimed ON webhook_deliveries (claimed) WHERE claimed = 1;

CREATE TABLE webhook_attempts (
  id TEXT PRIMARY KEY,
  endpoint_no INTEGER NOT NULL,
  message_no INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  -- JSON: what the post came to.
  outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_attempts_by_endpoint ON webhook_attempts (endpoint_no, id);
CREATE INDEX webhook_attempts_by_message ON webhook_attempts (message_no);
