-- name: find
SELECT body FROM profiles WHERE workspace_id = :workspace AND user_id = :user

-- name: insert
INSERT INTO profiles (workspace_id, user_id, revision, body) VALUES (:workspace, :user, :revision, :body)
ON CONFLICT DO NOTHING

-- name: save
UPDATE profiles SET revision = :revision, body = :body
WHERE workspace_id = :workspace AND user_id = :user AND revision = :revisionBefore

-- name: remove
DELETE FROM profiles WHERE workspace_id = :workspace AND user_id = :user

-- name: devices
SELECT id, platform, address, created_at AS createdAt FROM devices
WHERE workspace_id = :workspace AND user_id = :user ORDER BY place

-- name: insertDevice
INSERT INTO devices (workspace_id, user_id, place, id, platform, address, created_at)
VALUES (:workspace, :user,
  1 + coalesce((SELECT max(place) FROM devices WHERE workspace_id = :workspace AND user_id = :user), 0),
  :id, :platform, :address, :createdAt)

-- name: places
-- At most so many devices has a user: to count ten thousand for each that is added takes too long.
SELECT
  (SELECT max(place) FROM devices WHERE workspace_id = :workspace AND user_id = :user) -
  (SELECT min(place) FROM devices WHERE workspace_id = :workspace AND user_id = :user) + 1 AS most

-- name: dropOldest
DELETE FROM devices WHERE workspace_id = :workspace AND user_id = :user AND place <= (
  SELECT place FROM devices WHERE workspace_id = :workspace AND user_id = :user
  ORDER BY place DESC LIMIT 1 OFFSET :most
)

-- name: removeDevice
DELETE FROM devices WHERE id = :id AND workspace_id = :workspace AND user_id = :user

-- name: removeDevices
DELETE FROM devices WHERE workspace_id = :workspace AND user_id = :user

-- name: removeAddress
DELETE FROM devices WHERE workspace_id = :workspace AND address = :address RETURNING id

-- name: removeUntil
DELETE FROM devices WHERE workspace_id = :workspace AND address = :address AND created_at <= :until

-- name: lastInbound
SELECT at FROM inbound WHERE channel = :channel AND address = :address

-- name: touch
INSERT INTO inbound (channel, address, at) VALUES (:channel, :address, :at)
ON CONFLICT DO UPDATE SET at = max(at, excluded.at)
