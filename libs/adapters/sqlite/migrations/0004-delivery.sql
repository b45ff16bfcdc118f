-- One order to deliver one content to many recipients. The counters change with the rows they count.
CREATE TABLE dispatches (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  lane TEXT NOT NULL,
  purpose TEXT NOT NULL,
  expires_at INTEGER,
  give_up_at INTEGER NOT NULL,
  -- The whole order as JSON: frozen, read back as it was.
  spec TEXT NOT NULL,
  control TEXT NOT NULL DEFAULT 'open',
  revision INTEGER NOT NULL DEFAULT -1,
  halted_at INTEGER,
  sealed INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  next_ordinal INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0,
  submitting INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  bounced INTEGER NOT NULL DEFAULT 0,
  complained INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  suppressed INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  expired INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX dispatches_by_workspace ON dispatches (workspace_id);

CREATE TABLE dispatch_providers (
  dispatch_no INTEGER NOT NULL REFERENCES dispatches (no),
  provider TEXT NOT NULL,
  accepted INTEGER NOT NULL,
  PRIMARY KEY (dispatch_no, provider)
) STRICT, WITHOUT ROWID;

-- The ledger. `key` is dispatch number * 2^24 + ordinal: rows of a dispatch lie together, in the order in which
-- they were accepted, and a range of ordinals is a range of keys. `status` 2 is pending; see ledger-rows.ts for the
-- others. A row is pending until its call is settled: while the call is under way its intent says so.
CREATE TABLE deliveries (
  key INTEGER PRIMARY KEY,
  status INTEGER NOT NULL DEFAULT 2,
  attempts INTEGER NOT NULL DEFAULT 0,
  address TEXT NOT NULL,
  ref TEXT NOT NULL,
  data TEXT NOT NULL,
  due_at INTEGER,
  updated_at INTEGER NOT NULL,
  -- Blanks until they are known: room for what will stand there. A row that grows in a full page splits it, and
  -- settling then costs four times as much.
  provider TEXT NOT NULL DEFAULT '        ',
  provider_message_id TEXT NOT NULL DEFAULT '                                    ',
  reason TEXT,
  -- JSON array of the attempts that were not plainly accepted.
  history TEXT
) STRICT;
-- The identity: one dispatch has an address once. Filled in address order, hence always at its end.
CREATE UNIQUE INDEX deliveries_identity ON deliveries (key >> 24, address);
-- Only the exceptional states: the many that are pending or accepted cost nothing here.
CREATE INDEX deliveries_exceptional ON deliveries (status, key) WHERE status > 5;

-- Provider calls under way: written before the call, removed with its outcome.
CREATE TABLE intents (
  key TEXT PRIMARY KEY,
  parcel_id INTEGER NOT NULL,
  dispatch_no INTEGER NOT NULL,
  provider TEXT NOT NULL,
  -- JSON array of ordinals in the order of the call.
  members TEXT NOT NULL,
  size INTEGER NOT NULL,
  -- The lowest and the highest of them: two calls of a dispatch seldom overlap, so this finds those that may.
  first_ordinal INTEGER NOT NULL,
  last_ordinal INTEGER NOT NULL,
  opened_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX intents_by_parcel ON intents (parcel_id);
CREATE INDEX intents_by_dispatch ON intents (dispatch_no);

-- The lanes: parcels of up to 1,000 members. `visible_at` is when it is due or when its lease ends.
CREATE TABLE parcels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  dispatch_no INTEGER NOT NULL,
  -- JSON array of inclusive ranges of ordinals.
  members TEXT NOT NULL,
  size INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  claimed INTEGER NOT NULL DEFAULT 0,
  -- Its dispatch is halted: nobody is to see it.
  held INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  receives INTEGER NOT NULL DEFAULT 0,
  give_up_at INTEGER NOT NULL
) STRICT;
CREATE INDEX parcels_by_time ON parcels (lane, held, visible_at);
CREATE INDEX parcels_by_dispatch ON parcels (dispatch_no);

CREATE TABLE suppressions (
  workspace_id TEXT NOT NULL,
  address TEXT NOT NULL,
  scope TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, address, scope)
) STRICT, WITHOUT ROWID;

-- What the capture provider "sent", newest last; see captured-mails.ts. The long columns stand at the end, so that a
-- list reads only the beginning of each row.
CREATE TABLE captured_mails (
  number INTEGER PRIMARY KEY,
  -- Null where the ledger knows no such dispatch: nobody's.
  workspace_id TEXT,
  call_key TEXT NOT NULL,
  -- Within its call, from 0.
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  delivery_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  reply_to TEXT,
  subject TEXT NOT NULL,
  headers TEXT NOT NULL,
  html TEXT,
  text TEXT
) STRICT;
CREATE INDEX captured_mails_by_call ON captured_mails (call_key);
CREATE INDEX captured_mails_by_workspace ON captured_mails (workspace_id, number);
