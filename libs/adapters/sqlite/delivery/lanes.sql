-- name: extend
UPDATE parcels SET visible_at = :until WHERE id = :id AND fence = :fence

-- name: putBack
UPDATE parcels SET claimed = 0, visible_at = :at, fence = fence + 1, receives = max(0, receives - 1)
WHERE id = :id AND fence = :fence RETURNING dispatch_no AS no

-- name: hurry
UPDATE parcels SET visible_at = :now WHERE id = :id

-- name: openIntents
SELECT count(*) AS open FROM intents WHERE parcel_id = :parcel

-- name: remove
DELETE FROM parcels WHERE id = :id AND fence = :fence RETURNING dispatch_no AS no, lane, give_up_at AS giveUpAt

-- name: controlOf
SELECT control FROM dispatches WHERE no = :no

-- name: insertParcel
INSERT INTO parcels (lane, dispatch_no, members, size, visible_at, held, receives, give_up_at)
VALUES (:lane, :no, :members, :size, :at, :held, :receives, :giveUpAt)

-- name: releaseAll
UPDATE parcels SET claimed = 0, visible_at = :now WHERE claimed = 1

-- name: depths
SELECT lane, sum(size) AS depth, min(CASE WHEN held = 0 AND claimed = 0 THEN visible_at END) AS oldest FROM parcels GROUP BY lane
