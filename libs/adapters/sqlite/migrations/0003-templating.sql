CREATE TABLE templates (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('email')),
  locale TEXT NOT NULL,
  -- where it was copied from (gallery:welcome); NULL for one that somebody wrote
  origin TEXT,
  current_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
-- Two first starts at once install the gallery once.
CREATE UNIQUE INDEX templates_by_origin ON templates (workspace_id, origin) WHERE origin IS NOT NULL;

CREATE TABLE template_versions (
  workspace_id TEXT NOT NULL,
  template_id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  locale TEXT NOT NULL,
  subject TEXT,
  html TEXT,
  text TEXT,
  -- JSON [{name, required, example?}]
  variables TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, template_id, version),
  FOREIGN KEY (workspace_id, template_id) REFERENCES templates (workspace_id, id)
) STRICT;

-- A message under way carries the number of its version: the bytes it stands for must never change.
CREATE TRIGGER template_versions_never_change BEFORE UPDATE ON template_versions
BEGIN
  SELECT RAISE(ABORT, 'a template version never changes');
END;
