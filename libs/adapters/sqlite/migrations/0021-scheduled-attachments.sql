-- A JSON list of what is to be sent with it, each once; null if nothing.
ALTER TABLE chat_scheduled ADD COLUMN attachments TEXT;

-- It holds what it carries as long as it is there: one more of the holds that a sweep asks after.
CREATE TRIGGER chat_scheduled_put AFTER INSERT ON chat_scheduled WHEN new.attachments IS NOT NULL BEGIN
  UPDATE chat_attachments SET held = held + 1 WHERE id IN (SELECT value FROM json_each(new.attachments));
END;

CREATE TRIGGER chat_scheduled_gone AFTER DELETE ON chat_scheduled WHEN old.attachments IS NOT NULL BEGIN
  UPDATE chat_attachments SET held = held - 1 WHERE id IN (SELECT value FROM json_each(old.attachments));
END;
