-- One row for each user who was told once what they missed.
CREATE TABLE chat_absences (
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('telling', 'told', 'over')),
  -- By conversation, as JSON: up to which `seq`.
  told TEXT NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;
