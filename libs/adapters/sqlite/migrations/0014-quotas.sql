-- How many notifications a workspace has had accepted: a row for each period that has a limit, the current ones only.
CREATE TABLE quota_use (
  workspace_id TEXT NOT NULL,
  -- `d2026-01-31`, `m2026-01`.
  period TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, period)
) STRICT, WITHOUT ROWID;
