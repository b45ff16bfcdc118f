-- name: insertEndpoint
INSERT INTO webhook_endpoints
  (id, workspace_id, url, events, secrets, enabled, disabled_reason, disabled_at, failing_since, created_at, revision)
VALUES (:id, :workspace, :url, :events, :secrets, :enabled, :reason, :disabledAt, :failingSince, :createdAt, :revision)
ON CONFLICT DO NOTHING

-- name: findEndpoint
SELECT * FROM webhook_endpoints WHERE workspace_id = :workspace AND id = :id

-- name: pageOfEndpoints
SELECT * FROM webhook_endpoints WHERE workspace_id = :workspace AND id > :after ORDER BY id LIMIT :limit

-- name: endpointByNumber
SELECT * FROM webhook_endpoints WHERE no = :no

-- name: replaceEndpoint
UPDATE webhook_endpoints
SET url = :url, events = :events, secrets = :secrets, enabled = :enabled, disabled_reason = :reason,
    disabled_at = :disabledAt, failing_since = :failingSince, revision = :revision + 1
WHERE workspace_id = :workspace AND id = :id AND revision = :revision

-- name: removeEndpoint
DELETE FROM webhook_endpoints WHERE workspace_id = :workspace AND id = :id

-- name: endpointsOf
SELECT * FROM webhook_endpoints WHERE workspace_id = :workspace

-- name: insertMessage
INSERT INTO webhook_messages (workspace_id, id, type, at, body) VALUES (:workspace, :id, :type, :at, :body)
ON CONFLICT DO NOTHING RETURNING no

-- name: hasMessage
SELECT no FROM webhook_messages WHERE workspace_id = :workspace AND id = :id

-- name: makePending
-- One that is pending stays as it is: it may be under way.
INSERT INTO webhook_deliveries (message_no, endpoint_no, visible_at) VALUES (:message, :endpoint, :now)
ON CONFLICT (message_no, endpoint_no) DO UPDATE SET status = 0, attempts = 0, claimed = 0, visible_at = :now WHERE status <> 0

-- name: hurry
UPDATE webhook_endpoints SET next_at = min(coalesce(next_at, :at), :at) WHERE no = :no

-- name: waiting
-- Enabled endpoints in the order in which they have waited; `next_at` is never later than their earliest delivery.
SELECT no, id, url, secrets, workspace_id AS workspaceId, failing_since AS failingSince, next_at AS nextAt
FROM webhook_endpoints WHERE enabled = 1 AND next_at IS NOT NULL ORDER BY next_at LIMIT :limit

-- name: due
SELECT d.message_no AS messageNo, d.attempts, d.fence, m.id, m.type, m.at, m.body
FROM webhook_deliveries d JOIN webhook_messages m ON m.no = d.message_no
WHERE d.endpoint_no = :endpoint AND d.status = 0 AND d.visible_at <= :now ORDER BY d.visible_at LIMIT :limit

-- name: claimDelivery
UPDATE webhook_deliveries SET visible_at = :until, claimed = 1, fence = fence + 1
WHERE message_no = :message AND endpoint_no = :endpoint

-- name: refreshNext
UPDATE webhook_endpoints
SET next_at = (SELECT min(visible_at) FROM webhook_deliveries WHERE endpoint_no = :no AND status = 0)
WHERE no = :no RETURNING next_at AS nextAt

-- name: settleDelivery
UPDATE webhook_deliveries SET status = :status, attempts = :attempts, visible_at = :at, claimed = 0, fence = fence + 1
WHERE message_no = :message AND endpoint_no = :endpoint AND fence = :fence AND status = 0

-- name: insertAttempt
INSERT INTO webhook_attempts (id, endpoint_no, message_no, number, at, duration_ms, outcome)
VALUES (:id, :endpoint, :message, :number, :at, :durationMs, :outcome)

-- name: setHealth
UPDATE webhook_endpoints
SET enabled = :enabled, disabled_reason = :reason, disabled_at = :disabledAt, failing_since = :failingSince,
    revision = revision + 1
WHERE no = :no

-- name: pageOfAttempts
SELECT a.id, a.number, a.at, a.duration_ms AS durationMs, a.outcome, m.id AS messageId, m.type
FROM webhook_attempts a JOIN webhook_messages m ON m.no = a.message_no
WHERE a.endpoint_no = (SELECT no FROM webhook_endpoints WHERE workspace_id = :workspace AND id = :id) AND a.id < :after
ORDER BY a.id DESC LIMIT :limit

-- name: messagesSince
SELECT no, at, type FROM webhook_messages
WHERE workspace_id = :workspace AND (at, no) > (:at, :no) ORDER BY at, no LIMIT :limit

-- name: messagesBefore
SELECT no FROM webhook_messages WHERE at < :before ORDER BY at LIMIT :limit

-- name: purgeAttempts
DELETE FROM webhook_attempts WHERE message_no = ?1

-- name: purgeDeliveries
DELETE FROM webhook_deliveries WHERE message_no = ?1

-- name: purgeMessages
DELETE FROM webhook_messages WHERE no = ?1

-- name: releaseDeliveries
UPDATE webhook_deliveries SET visible_at = :now, claimed = 0 WHERE claimed = 1 RETURNING endpoint_no AS no
