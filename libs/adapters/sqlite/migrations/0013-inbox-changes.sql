-- Every putting and every step of an item takes the next number: whoever shows inboxes follows them.
-- Of one row, so that a number is never given twice, whatever is removed.
CREATE TABLE inbox_changes (only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL) STRICT;
ALTER TABLE inbox_items ADD COLUMN change_no INTEGER NOT NULL DEFAULT 0;
UPDATE inbox_items SET change_no = no;
INSERT INTO inbox_changes (only, last) SELECT 1, coalesce(max(change_no), 0) FROM inbox_items;
CREATE INDEX inbox_items_by_change ON inbox_items (change_no);

-- Types that somebody removed: those that come with Posthorn do not come back with its next start.
CREATE TABLE removed_notification_types (
  workspace_id TEXT NOT NULL,
  type TEXT NOT NULL,
  PRIMARY KEY (workspace_id, type)
) STRICT, WITHOUT ROWID;
