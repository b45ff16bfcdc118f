-- What providers told of messages, in the order in which they told it.
CREATE TABLE delivery_events (
  no INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  event_key TEXT NOT NULL,
  -- Null for an opt-out or opt-in that came without a message.
  delivery_key INTEGER,
  kind TEXT NOT NULL,
  -- See provider-report.ts.
  rank INTEGER NOT NULL,
  -- Told before its call was settled, and not counted yet.
  early INTEGER NOT NULL,
  at INTEGER NOT NULL,
  told_at INTEGER NOT NULL,
  -- When the message had been accepted, with the event that took it out of that state: the row has one time only.
  accepted_at INTEGER,
  reason TEXT
) STRICT;
-- Each event once.
CREATE UNIQUE INDEX delivery_events_identity ON delivery_events (provider, event_key);
CREATE INDEX delivery_events_of_delivery ON delivery_events (delivery_key, rank) WHERE delivery_key IS NOT NULL;
-- Nearly always empty: every settlement of a call looks into it.
CREATE INDEX delivery_events_early ON delivery_events (delivery_key) WHERE early = 1;

-- Messages by the provider's id, of the providers whose events may come without ours; see provider-report.ts.
CREATE INDEX deliveries_by_message ON deliveries (provider_message_id)
WHERE provider IN ('ses', 'twilio', 'whatsapp');

-- The last that a person said: it counts, in whatever order it was told.
CREATE TABLE opt_outs (
  workspace_id TEXT NOT NULL,
  address TEXT NOT NULL,
  scope TEXT NOT NULL,
  at INTEGER NOT NULL,
  opted_out INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, address, scope)
) STRICT, WITHOUT ROWID;
