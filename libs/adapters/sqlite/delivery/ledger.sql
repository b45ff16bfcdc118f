-- name: dispatchForAccept
SELECT no, lane, control, give_up_at AS giveUpAt, next_ordinal AS nextOrdinal, spec ->> '$.ratePerSecond' AS rate
FROM dispatches WHERE id = :id AND spec <> ''

-- name: openSealed
-- Of one that was called off before it was opened only the calling off is known: it is filled in, and stays cancelled.
INSERT INTO dispatches (id, workspace_id, lane, purpose, expires_at, give_up_at, spec, sealed)
VALUES (:id, :workspace, :lane, :purpose, :expiresAt, :giveUpAt, :spec, 1)
ON CONFLICT (id) DO UPDATE SET workspace_id = excluded.workspace_id, lane = excluded.lane, purpose = excluded.purpose,
  expires_at = excluded.expires_at, give_up_at = excluded.give_up_at, spec = excluded.spec, sealed = 1
WHERE dispatches.spec = ''
RETURNING no

-- name: sealById
UPDATE dispatches SET sealed = 1 WHERE id = :id RETURNING no

-- name: insertDeliveries
INSERT INTO deliveries (key, address, ref, data, due_at, updated_at)
SELECT :base + page.key, page.value ->> 0, page.value ->> 1, page.value ->> 2, page.value ->> 3, :now
FROM json_each(:page) AS page WHERE true
ON CONFLICT DO NOTHING

-- name: advanceOrdinal
UPDATE dispatches SET next_ordinal = :next, completed = 0 WHERE no = :no

-- name: insertParcel
INSERT INTO parcels (lane, dispatch_no, members, size, visible_at, held, receives, give_up_at)
VALUES (:lane, :no, :members, :size, :at, :held, :receives, :giveUpAt)

-- name: addCounts
UPDATE dispatches SET
  pending = pending + :pending, submitting = submitting + :submitting, accepted = accepted + :accepted,
  delivered = delivered + :delivered, bounced = bounced + :bounced, complained = complained + :complained,
  failed = failed + :failed, dead = dead + :dead, suppressed = suppressed + :suppressed,
  cancelled = cancelled + :cancelled, expired = expired + :expired, unknown = unknown + :unknown
WHERE no = :no

-- name: complete
UPDATE dispatches SET completed = 1
WHERE no = :no AND sealed = 1 AND completed = 0 AND pending = 0 AND submitting = 0
RETURNING id, workspace_id

-- name: addAccepted
INSERT INTO dispatch_providers (dispatch_no, provider, accepted) VALUES (:no, :provider, :count)
ON CONFLICT DO UPDATE SET accepted = accepted + excluded.accepted

-- name: dueParcels
SELECT p.id, p.lane, p.members, p.size, p.fence, p.receives, p.give_up_at AS giveUpAt, d.id AS dispatchId
FROM parcels p JOIN dispatches d ON d.no = p.dispatch_no
WHERE p.lane = :lane AND p.held = 0 AND p.visible_at <= :now
ORDER BY p.visible_at LIMIT :max

-- name: nextDueParcel
SELECT min(visible_at) AS at FROM parcels WHERE lane = :lane AND held = 0

-- name: claimParcel
UPDATE parcels SET visible_at = :until, claimed = 1, fence = fence + 1, receives = receives + 1 WHERE id = :id

-- name: dispatchOfParcel
SELECT d.no, d.workspace_id AS workspaceId, d.purpose, d.control, d.expires_at AS expiresAt,
  p.fence, p.give_up_at AS giveUpAt
FROM parcels p JOIN dispatches d ON d.no = p.dispatch_no WHERE p.id = :parcel

-- name: specOf
SELECT spec FROM dispatches WHERE no = :no

-- name: pendingBetween
SELECT key, address, ref, data, attempts FROM deliveries WHERE key BETWEEN :from AND :to AND status = 2

-- name: intentsOfParcel
SELECT key, provider, members, opened_at AS openedAt FROM intents WHERE parcel_id = :parcel ORDER BY key

-- name: unfitBetween
-- Of a range that is about to be sent, those that must not be.
SELECT key, status, suppressed FROM (
  SELECT d.key, d.status, EXISTS (
    SELECT 1 FROM suppressions s
    WHERE s.workspace_id = :workspace AND s.address = d.address AND (s.scope = 'all' OR :marketing)
  ) AS suppressed
  FROM deliveries d WHERE d.key BETWEEN :from AND :to
) WHERE status <> 2 OR suppressed

-- name: insertIntent
INSERT INTO intents (key, parcel_id, dispatch_no, provider, members, size, first_ordinal, last_ordinal, opened_at)
VALUES (:key, :parcel, :no, :provider, :members, :size, :first, :last, :now)

-- name: underWayBetween
SELECT member.value AS ordinal FROM intents, json_each(intents.members) AS member
WHERE intents.dispatch_no = :no AND intents.last_ordinal >= :first AND intents.first_ordinal <= :last

-- name: openIntent
SELECT members FROM intents WHERE key = :key AND parcel_id = :parcel

-- name: removeIntent
DELETE FROM intents WHERE key = :key AND parcel_id = :parcel RETURNING size

-- name: settleAccepted
UPDATE deliveries SET status = 4, attempts = attempts + 1, provider = :provider, reason = NULL,
  provider_message_id = settled.value ->> 1, updated_at = :now
FROM json_each(:settled) AS settled
WHERE deliveries.key = :base + (settled.value ->> 0) AND deliveries.status = 2

-- name: settleOne
UPDATE deliveries SET status = :status, attempts = attempts + :spent, provider = coalesce(:provider, provider),
  reason = :reason, due_at = :dueAt, updated_at = :now,
  history = CASE WHEN :attempt IS NULL THEN history ELSE json_insert(coalesce(history, '[]'), '$[#]', json(:attempt)) END
WHERE key = :key AND status = 2

-- name: suppressAddressOf
INSERT INTO suppressions (workspace_id, address, scope, id, reason, at)
SELECT :workspace, address, 'all', :id, 'hard_bounce', :now FROM deliveries WHERE key = :key
ON CONFLICT DO NOTHING

-- name: addressOf
SELECT address FROM deliveries WHERE key = :key

-- name: deadToPending
UPDATE deliveries SET status = 2, attempts = 0, reason = NULL, due_at = NULL, updated_at = :now
WHERE key = :key AND status = 9

-- name: deadToFailed
UPDATE deliveries SET status = 8, reason = :reason, updated_at = :now WHERE key = :key AND status = 9

-- name: dispatchForRetry
SELECT no, id, workspace_id AS workspaceId, lane, control, completed FROM dispatches WHERE no = :no

-- name: reopen
UPDATE dispatches SET completed = 0 WHERE no = :no

-- name: dispatchNo
SELECT no FROM dispatches WHERE id = :id AND workspace_id = :workspace

-- name: deadOf
SELECT d.key, x.control FROM deliveries d JOIN dispatches x ON x.no = d.key >> 24
WHERE d.status = 9 AND d.status > 5 AND x.workspace_id = :workspace AND x.control <> 'cancelled'
  AND d.key BETWEEN :from AND :to
  AND (:reason IS NULL OR d.reason = :reason)
  AND (:provider IS NULL OR d.provider = :provider)
  AND (:lane IS NULL OR x.lane = :lane)
ORDER BY d.key LIMIT :limit

-- name: exists
SELECT status FROM deliveries WHERE key = :key

-- name: toldEarly
-- What providers told of messages before their calls were settled, and now are.
SELECT d.key, d.status, trim(d.provider) AS provider, d.updated_at AS updatedAt,
  max(e.rank) AS rank, e.provider AS teller, e.reason
FROM delivery_events e JOIN deliveries d ON d.key = e.delivery_key
WHERE e.early = 1 AND e.delivery_key BETWEEN :from AND :to AND d.status <> 2
GROUP BY e.delivery_key

-- name: notEarly
UPDATE delivery_events SET early = 0 WHERE early = 1 AND delivery_key = :key

-- name: comeTo
UPDATE deliveries SET status = :status, reason = :reason, updated_at = :now WHERE key = :key

-- name: noteAcceptedAt
UPDATE delivery_events SET accepted_at = :acceptedAt
WHERE no = (SELECT max(no) FROM delivery_events WHERE delivery_key = :key)
