CREATE TABLE chat_attachments (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  uploader_id TEXT NOT NULL,
  uploaded_at INTEGER NOT NULL,
  -- When it was uploaded, or somebody set about sending it.
  taken_at INTEGER NOT NULL,
  -- How many messages hold it.
  held INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  width INTEGER,
  height INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_attachments_unheld ON chat_attachments (taken_at) WHERE held = 0;

-- Which messages hold which: kept by triggers, in the transaction of the message, whoever writes it.
CREATE TABLE chat_attachment_holds (
  attachment_id TEXT NOT NULL,
  message_no INTEGER NOT NULL,
  conversation_no INTEGER NOT NULL,
  PRIMARY KEY (attachment_id, message_no)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER chat_attachment_sent AFTER INSERT ON chat_messages
WHEN json_type(new.extra, '$.attachments') IS NOT NULL BEGIN
  INSERT OR IGNORE INTO chat_attachment_holds (attachment_id, message_no, conversation_no)
  SELECT json_extract(value, '$.id'), new.no, new.conversation_no FROM json_each(new.extra, '$.attachments');
END;

-- A tombstone holds nothing.
CREATE TRIGGER chat_attachment_deleted AFTER UPDATE OF extra ON chat_messages
WHEN json_type(old.extra, '$.attachments') IS NOT NULL AND json_type(new.extra, '$.attachments') IS NULL BEGIN
  DELETE FROM chat_attachment_holds WHERE message_no = old.no AND attachment_id IN
    (SELECT json_extract(value, '$.id') FROM json_each(old.extra, '$.attachments'));
END;

CREATE TRIGGER chat_attachment_cut AFTER DELETE ON chat_messages
WHEN json_type(old.extra, '$.attachments') IS NOT NULL BEGIN
  DELETE FROM chat_attachment_holds WHERE message_no = old.no AND attachment_id IN
    (SELECT json_extract(value, '$.id') FROM json_each(old.extra, '$.attachments'));
END;

CREATE TRIGGER chat_attachment_held AFTER INSERT ON chat_attachment_holds BEGIN
  UPDATE chat_attachments SET held = held + 1 WHERE id = new.attachment_id;
END;

CREATE TRIGGER chat_attachment_let_go AFTER DELETE ON chat_attachment_holds BEGIN
  UPDATE chat_attachments SET held = held - 1 WHERE id = old.attachment_id;
END;
