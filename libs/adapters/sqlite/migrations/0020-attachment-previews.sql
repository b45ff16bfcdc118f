-- JSON: how large the largest is, or that there is none. NULL: nobody has found out yet.
ALTER TABLE chat_attachments ADD COLUMN preview TEXT;
