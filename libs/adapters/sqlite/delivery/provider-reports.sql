-- name: byId
SELECT d.key, d.status, d.address, trim(d.provider) AS provider, d.updated_at AS updatedAt,
  x.id AS dispatchId, x.workspace_id AS workspaceId
FROM dispatches x JOIN deliveries d ON d.key = (x.no << 24) + :ordinal WHERE x.id = :dispatch

-- name: byMessage
SELECT d.key, d.status, d.address, trim(d.provider) AS provider, d.updated_at AS updatedAt,
  x.id AS dispatchId, x.workspace_id AS workspaceId
FROM deliveries d INDEXED BY deliveries_by_message JOIN dispatches x ON x.no = d.key >> 24
WHERE d.provider IN ('ses', 'twilio', 'whatsapp') AND d.provider_message_id = :message AND d.provider = :provider
LIMIT 1

-- name: keep
INSERT INTO delivery_events (provider, event_key, delivery_key, kind, rank, early, at, told_at, reason)
VALUES (:provider, :eventKey, :key, :kind, :rank, :early, :at, :now, :reason)
ON CONFLICT DO NOTHING

-- name: highest
SELECT max(rank) AS rank FROM delivery_events WHERE delivery_key = :key

-- name: comeTo
UPDATE deliveries SET status = :status, reason = :reason, updated_at = :now WHERE key = :key

-- name: noteMessageId
UPDATE deliveries SET provider_message_id = :message WHERE key = :key AND trim(provider_message_id) = ''

-- name: noteAcceptedAt
UPDATE delivery_events SET accepted_at = :acceptedAt
WHERE no = (SELECT max(no) FROM delivery_events WHERE delivery_key = :key)

-- name: addCounts
UPDATE dispatches SET
  pending = pending + :pending, submitting = submitting + :submitting, accepted = accepted + :accepted,
  delivered = delivered + :delivered, bounced = bounced + :bounced, complained = complained + :complained,
  failed = failed + :failed, dead = dead + :dead, suppressed = suppressed + :suppressed,
  cancelled = cancelled + :cancelled, expired = expired + :expired, unknown = unknown + :unknown
WHERE no = :no

-- name: addAccepted
INSERT INTO dispatch_providers (dispatch_no, provider, accepted) VALUES (:no, :provider, :count)
ON CONFLICT DO UPDATE SET accepted = accepted + excluded.accepted

-- name: suppress
-- What only an opt-in may lift gives way to what it may not.
INSERT INTO suppressions (workspace_id, address, scope, id, reason, at)
VALUES (:workspace, :address, :scope, :id, :reason, :now)
ON CONFLICT (workspace_id, address, scope) DO UPDATE SET reason = excluded.reason, at = excluded.at
WHERE suppressions.reason = 'opt_out' AND excluded.reason <> 'opt_out'

-- name: lift
DELETE FROM suppressions
WHERE workspace_id = :workspace AND address = :address AND scope = :scope AND reason = 'opt_out'

-- name: wish
INSERT INTO opt_outs (workspace_id, address, scope, at, opted_out)
VALUES (:workspace, :address, :scope, :at, :optedOut)
ON CONFLICT DO UPDATE SET at = excluded.at, opted_out = excluded.opted_out
WHERE (excluded.at, excluded.opted_out) > (opt_outs.at, opt_outs.opted_out)

-- name: workspaces
-- Each from the index by one step: a workspace may have a million dispatches.
WITH RECURSIVE found (id) AS (
  SELECT min(workspace_id) FROM dispatches
  UNION ALL
  SELECT (SELECT min(workspace_id) FROM dispatches WHERE workspace_id > found.id) FROM found WHERE found.id IS NOT NULL
)
SELECT id FROM found WHERE id IS NOT NULL

-- name: dispatchNo
SELECT no FROM dispatches WHERE id = :id AND workspace_id = :workspace

-- name: eventsOf
SELECT kind, provider, at, reason FROM delivery_events WHERE delivery_key = :key ORDER BY at, no LIMIT :limit
