-- name: dispatchNo
SELECT no FROM dispatches WHERE id = :id AND workspace_id = :workspace

-- name: dispatchesFrom
SELECT no, id, lane, spec ->> '$.channel' AS channel FROM dispatches WHERE workspace_id = :workspace AND no >= :no ORDER BY no LIMIT 500

-- name: dispatch
SELECT no, id, lane, spec ->> '$.channel' AS channel FROM dispatches WHERE id = :id AND workspace_id = :workspace

-- name: find
SELECT *, (SELECT max(accepted_at) FROM delivery_events WHERE delivery_key = :key) AS accepted_at
FROM deliveries WHERE key = :key

-- name: submitting
SELECT member.value AS ordinal FROM intents, json_each(intents.members) AS member WHERE intents.dispatch_no = :no

-- name: rows
SELECT * FROM deliveries WHERE key > :after AND key <= :to ORDER BY key LIMIT :limit

-- name: rowsInStatus
SELECT * FROM deliveries WHERE status = :status AND key > :after AND key <= :to ORDER BY key LIMIT :limit

-- name: exceptionalRows
SELECT * FROM deliveries INDEXED BY deliveries_exceptional
WHERE status = :status AND status > 5 AND key > :after AND key <= :to ORDER BY key LIMIT :limit

-- name: rowOfAddress
SELECT * FROM deliveries WHERE key >> 24 = :no AND address = :address AND key > :after

-- name: failed
SELECT d.*, x.id AS dispatch_id, x.lane, x.spec ->> '$.channel' AS channel FROM deliveries d INDEXED BY deliveries_exceptional JOIN dispatches x ON x.no = d.key >> 24
WHERE d.status = 9 AND d.status > 5 AND x.workspace_id = :workspace
  AND d.key > :after AND d.key BETWEEN :from AND :to
  AND (:reason IS NULL OR d.reason = :reason)
  AND (:provider IS NULL OR d.provider = :provider)
  AND (:lane IS NULL OR x.lane = :lane)
ORDER BY d.key LIMIT :limit

-- name: failedStats
SELECT d.reason, nullif(trim(d.provider), '') AS provider, substr(d.address, instr(d.address, '@') + 1) AS domain, x.id AS dispatchId,
  d.updated_at / 3600000 * 3600000 AS hour, count(*) AS count
FROM deliveries d INDEXED BY deliveries_exceptional JOIN dispatches x ON x.no = d.key >> 24
WHERE d.status = 9 AND d.status > 5 AND x.workspace_id = :workspace
GROUP BY 1, 2, 3, 4, 5
