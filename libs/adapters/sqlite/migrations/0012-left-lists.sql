-- Lists that somebody left of their own will: no import and no request puts them back, only they themselves.
CREATE TABLE left_lists (
  list_no INTEGER NOT NULL REFERENCES lists (no),
  email TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (list_no, email)
) STRICT, WITHOUT ROWID;
