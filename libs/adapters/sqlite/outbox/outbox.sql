-- name: untold
SELECT seq, at, payload FROM outbox ORDER BY seq LIMIT :limit

-- name: forget
DELETE FROM outbox WHERE seq IN (SELECT value FROM json_each(:seqs))
