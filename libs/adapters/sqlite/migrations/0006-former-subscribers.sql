-- Which address an id stood for, of people who have been removed: a mail is kept for years, and the unsubscribe link in
-- it names the id.
CREATE TABLE former_subscribers (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  email TEXT NOT NULL
) STRICT, WITHOUT ROWID;
