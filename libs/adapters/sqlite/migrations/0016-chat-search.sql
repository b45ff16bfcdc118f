-- The words of every message that is no tombstone, under its number; the text itself stays where it is. Kept by triggers: a
-- message and its words are of one transaction, whoever writes it.
-- `about` holds, as words: c<conversation>, u<sender in hexadecimal>, and `a` if there are attachments.
CREATE VIRTUAL TABLE chat_search USING fts5 (
  text, about, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER chat_search_said AFTER INSERT ON chat_messages BEGIN
  INSERT INTO chat_search (rowid, text, about) VALUES (new.no, new.text, 'c' || new.conversation_no ||
    ' u' || hex(new.sender_id) || iif(json_type(new.extra, '$.attachments') IS NULL, '', ' a'));
END;

-- A reaction or a pin changes no words.
CREATE TRIGGER chat_search_edited AFTER UPDATE OF text ON chat_messages
WHEN new.text <> old.text AND json_type(new.extra, '$.deletedAt') IS NULL BEGIN
  UPDATE chat_search SET text = new.text, about = 'c' || new.conversation_no ||
    ' u' || hex(new.sender_id) || iif(json_type(new.extra, '$.attachments') IS NULL, '', ' a') WHERE rowid = new.no;
END;

CREATE TRIGGER chat_search_deleted AFTER UPDATE OF extra ON chat_messages
WHEN json_type(new.extra, '$.deletedAt') IS NOT NULL AND json_type(old.extra, '$.deletedAt') IS NULL BEGIN
  DELETE FROM chat_search WHERE rowid = new.no;
END;

CREATE TRIGGER chat_search_cut AFTER DELETE ON chat_messages BEGIN
  DELETE FROM chat_search WHERE rowid = old.no;
END;
