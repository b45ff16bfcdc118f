CREATE TABLE lists (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Changes with the rows of list_members, in the same transaction: to count them takes longer the more there are.
  members INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX lists_by_workspace ON lists (workspace_id, id);

CREATE TABLE subscribers (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  email TEXT NOT NULL,
  name TEXT,
  attributes TEXT NOT NULL DEFAULT '{}',
  locale TEXT,
  timezone TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX subscribers_by_email ON subscribers (workspace_id, email);

-- In order of address, because audiences are read in that order: the ledger's own index is then filled at its end.
CREATE TABLE list_members (
  list_no INTEGER NOT NULL REFERENCES lists (no),
  email TEXT NOT NULL,
  subscriber_no INTEGER NOT NULL,
  PRIMARY KEY (list_no, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  status TEXT NOT NULL,
  revision INTEGER NOT NULL,
  -- The campaign as JSON; status and revision stand beside it for conditions and indexes.
  body TEXT NOT NULL,
  cursor TEXT,
  expanded INTEGER NOT NULL DEFAULT 0,
  unsubscribes INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX campaigns_by_workspace ON campaigns (workspace_id, id);
CREATE INDEX campaigns_unexpanded ON campaigns (id) WHERE status = 'running' AND expanded = 0;

-- Who left by which campaign's mail: once each, however often the link is used.
CREATE TABLE unsubscribes (
  campaign_id TEXT NOT NULL,
  subscriber_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, subscriber_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX imports_unfinished ON imports (created_at, id) WHERE status IN ('queued', 'running');

CREATE TABLE import_faults (
  import_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;
