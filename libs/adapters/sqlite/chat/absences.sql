-- name: begin
INSERT INTO chat_absences (workspace_id, user_id, id, began_at, state, told)
VALUES (:workspace, :user, :id, :beganAt, :state, :told)
ON CONFLICT (workspace_id, user_id) DO UPDATE
SET id = excluded.id, began_at = excluded.began_at, state = excluded.state, told = excluded.told WHERE state = 'over'

-- name: find
SELECT user_id, id, began_at, state, told FROM chat_absences WHERE workspace_id = :workspace AND user_id = :user

-- name: tell
UPDATE chat_absences SET state = 'told', told = :told
WHERE workspace_id = :workspace AND user_id = :user AND id = :id AND state <> 'over'

-- name: end
UPDATE chat_absences SET state = 'over' WHERE workspace_id = :workspace AND user_id = :user AND id = :id
