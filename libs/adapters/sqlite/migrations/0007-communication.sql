-- The types and profiles as JSON; the revision stands beside it for conditions.
CREATE TABLE notification_types (
  workspace_id TEXT NOT NULL,
  type TEXT NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace_id, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE profiles (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;

-- A user's devices lie together. `place` rises by one with each of their registrations, also of a device that is known.
CREATE TABLE devices (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  platform TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, user_id, place)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX devices_by_address ON devices (workspace_id, address);

-- When somebody last wrote to us. A number that writes to us is nobody's in particular, hence no workspace.
CREATE TABLE inbound (
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;

-- `no` is the order of acceptance. The long columns stand at the end: conditions read only the beginning of a row.
CREATE TABLE notifications (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  lane TEXT NOT NULL,
  type TEXT NOT NULL,
  user_id TEXT,
  status TEXT NOT NULL,
  due_at INTEGER,
  ordering_key TEXT,
  -- It has an ordering key and lets nobody of it pass.
  blocks INTEGER NOT NULL,
  -- It was accepted behind another of its key that blocks, and has not been released since. The converse does not hold:
  -- one that was released is behind again if its predecessor falls back to a channel that has yet to send.
  behind INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- The order as JSON: frozen, read back as it was.
  spec TEXT NOT NULL,
  -- JSON {legs, trace}.
  progress TEXT NOT NULL
) STRICT;
-- What the workers poll. Those that wait behind another are no part of it: ten thousand of one key at its beginning would
-- be looked at in vain each time.
CREATE INDEX notifications_due ON notifications (lane, due_at) WHERE due_at IS NOT NULL AND behind = 0;
CREATE INDEX notifications_blocking ON notifications (workspace_id, ordering_key, no) WHERE blocks = 1;
-- Three for the lists. Whichever filter is given, one of them leads to rows that all fit: a list that searches may not
-- keep the only reading thread from the workers. A list that leaves the status open merges the ten of them.
CREATE INDEX notifications_by_status ON notifications (workspace_id, status);
CREATE INDEX notifications_by_type ON notifications (workspace_id, type, status);
CREATE INDEX notifications_by_user ON notifications (workspace_id, user_id) WHERE user_id IS NOT NULL;

-- `no` is the order in which items were put. `state` is the place in the model's list of states; see inbox-store.ts.
CREATE TABLE inbox_items (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  seen_at INTEGER,
  read_at INTEGER,
  archived_at INTEGER,
  -- The item as JSON, as it was put; what changes stands above.
  body TEXT NOT NULL
) STRICT;
-- The identity: a delivery that is repeated after a crash puts no second item.
CREATE UNIQUE INDEX inbox_items_by_delivery ON inbox_items (workspace_id, delivery_id);
-- The lists and the counts, which read nothing else.
CREATE INDEX inbox_items_by_state ON inbox_items (workspace_id, user_id, state);
