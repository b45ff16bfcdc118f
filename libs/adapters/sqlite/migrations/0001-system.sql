-- Events committed with the change they tell of, until every handler has been told.
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  workspace_id TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT;

-- Durable alarms. One per (kind, key).
CREATE TABLE timers (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_by_time ON timers (at);
