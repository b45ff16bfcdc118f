-- A call is always looked for with its parcel: the two stand in one tree.
-- With a call for every message that is a third of what an intent writes.
CREATE TABLE intents_by_key (
  parcel_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  dispatch_no INTEGER NOT NULL,
  provider TEXT NOT NULL,
  -- JSON array of ordinals in the order of the call.
  members TEXT NOT NULL,
  size INTEGER NOT NULL,
  -- The lowest and the highest of them: two calls of a dispatch seldom overlap, so this finds those that may.
  first_ordinal INTEGER NOT NULL,
  last_ordinal INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  PRIMARY KEY (parcel_id, key)
) STRICT, WITHOUT ROWID;
INSERT INTO intents_by_key
SELECT parcel_id, key, dispatch_no, provider, members, size, first_ordinal, last_ordinal, opened_at FROM intents;
DROP TABLE intents;
ALTER TABLE intents_by_key RENAME TO intents;
CREATE INDEX intents_by_dispatch ON intents (dispatch_no, last_ordinal);
