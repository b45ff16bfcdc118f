CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- 1 for the workspace made at first start; at most one row can say so
  is_default INTEGER UNIQUE CHECK (is_default = 1)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  -- SHA-256 of the whole token. Its secret has 160 random bits, so there is nothing to slow down a guesser for.
  token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  scopes TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('issued', 'first-start', 'environment')),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, id);

-- Requests that carried an Idempotency-Key, and what was answered (status is NULL while one is in flight).
CREATE TABLE idempotent_requests (
  workspace_id TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  started_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  keep_until INTEGER NOT NULL,
  status INTEGER,
  headers TEXT,
  body TEXT,
  PRIMARY KEY (workspace_id, key)
) STRICT;
CREATE INDEX idempotent_requests_by_age ON idempotent_requests (keep_until);
-- The few in flight, so that a start need not look through a day of answers for those that a dead process left.
CREATE INDEX idempotent_requests_in_flight ON idempotent_requests (lease_until) WHERE status IS NULL;

-- One row, written to find out whether writing works.
CREATE TABLE storage_probes (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  count INTEGER NOT NULL
) STRICT;
