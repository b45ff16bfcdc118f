-- The words of a message are written down shortly after it, those of many at once: up to this number they are. Until now a
-- trigger wrote them with each message, and every few thousand of them the index was put in order within somebody's commit.
CREATE TABLE chat_words (upto INTEGER NOT NULL) STRICT;
INSERT INTO chat_words (upto) SELECT coalesce(max(no), 0) FROM chat_messages;

DROP TRIGGER chat_search_said;
DROP TRIGGER chat_search_edited;
DROP TRIGGER chat_search_deleted;
DROP TRIGGER chat_search_cut;

-- A reaction or a pin changes no words. What is edited before its words are written has those it has then.
CREATE TRIGGER chat_search_edited AFTER UPDATE OF text ON chat_messages
WHEN new.text <> old.text AND json_type(new.extra, '$.deletedAt') IS NULL AND new.no <= (SELECT upto FROM chat_words) BEGIN
  UPDATE chat_search SET text = new.text, about = 'c' || new.conversation_no ||
    ' u' || hex(new.sender_id) || iif(json_type(new.extra, '$.attachments') IS NULL, '', ' a') WHERE rowid = new.no;
END;

CREATE TRIGGER chat_search_deleted AFTER UPDATE OF extra ON chat_messages
WHEN json_type(new.extra, '$.deletedAt') IS NOT NULL AND json_type(old.extra, '$.deletedAt') IS NULL
  AND new.no <= (SELECT upto FROM chat_words) BEGIN
  DELETE FROM chat_search WHERE rowid = new.no;
END;

-- The number of the last message is given again when it is gone: what comes under it has words of its own.
CREATE TRIGGER chat_search_cut AFTER DELETE ON chat_messages WHEN old.no <= (SELECT upto FROM chat_words) BEGIN
  DELETE FROM chat_search WHERE rowid = old.no;
  UPDATE chat_words SET upto = coalesce((SELECT max(no) FROM chat_messages WHERE no < old.no), 0) WHERE upto = old.no;
END;

-- Put in order in small steps, by whoever writes words: never for as long as it takes within a commit.
INSERT INTO chat_search (chat_search, rank) VALUES ('automerge', 0);
INSERT INTO chat_search (chat_search, rank) VALUES ('crisismerge', 1999);
