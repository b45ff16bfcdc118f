-- name: insert
INSERT INTO dispatches (id, workspace_id, lane, purpose, expires_at, give_up_at, spec)
VALUES (:id, :workspace, :lane, :purpose, :expiresAt, :giveUpAt, :spec)
ON CONFLICT (id) DO UPDATE SET workspace_id = excluded.workspace_id, lane = excluded.lane, purpose = excluded.purpose,
  expires_at = excluded.expires_at, give_up_at = excluded.give_up_at, spec = excluded.spec
WHERE dispatches.spec = ''

-- name: cancelUnopened
-- Nothing else is known of it; whoever opens it fills it in.
INSERT INTO dispatches (id, workspace_id, lane, purpose, give_up_at, spec, control, revision)
VALUES (:id, '', '', '', 0, '', 'cancelled', :revision)
ON CONFLICT DO NOTHING

-- name: find
SELECT * FROM dispatches WHERE id = :id AND spec <> ''

-- name: providers
SELECT provider, accepted FROM dispatch_providers WHERE dispatch_no = :no ORDER BY provider

-- name: seal
UPDATE dispatches SET sealed = 1 WHERE id = :id AND spec <> '' RETURNING no

-- name: complete
UPDATE dispatches SET completed = 1
WHERE no = :no AND sealed = 1 AND completed = 0 AND pending = 0 AND submitting = 0
RETURNING id, workspace_id

-- name: haltedAt
SELECT halted_at AS haltedAt FROM dispatches WHERE id = :id

-- name: control
UPDATE dispatches SET control = :control, revision = :revision, give_up_at = give_up_at + :paused,
  halted_at = CASE :control WHEN 'halted' THEN coalesce(halted_at, :now) END
WHERE id = :id AND revision < :revision AND control <> 'cancelled'
RETURNING no

-- name: hold
UPDATE parcels SET held = 1 WHERE dispatch_no = :no

-- name: release
UPDATE parcels SET held = 0, give_up_at = give_up_at + :paused WHERE dispatch_no = :no

-- name: hasten
UPDATE parcels SET held = 0, visible_at = CASE claimed WHEN 0 THEN min(visible_at, :now) ELSE visible_at END
WHERE dispatch_no = :no
