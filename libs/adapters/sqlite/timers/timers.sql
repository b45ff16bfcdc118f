-- name: setTimer
INSERT INTO timers (kind, key, at) VALUES (:kind, :key, :at)
ON CONFLICT (kind, key) DO UPDATE SET at = excluded.at

-- name: cancelTimer
DELETE FROM timers WHERE kind = :kind AND key = :key

-- name: finishTimer
DELETE FROM timers WHERE kind = :kind AND key = :key AND at = :at

-- name: dueTimers
SELECT kind, key, at FROM timers WHERE at <= :now ORDER BY at, kind, key LIMIT :limit

-- name: nextTimer
SELECT MIN(at) AS at FROM timers
