-- Templates used to be for e-mail only. Which channels there are is for the deployment to say, not for a table. All rows say
-- `email`, so a new column that does is the old one without the check; nothing else of the table is touched, neither its
-- indexes nor the versions that refer to it.
ALTER TABLE templates DROP COLUMN channel;
ALTER TABLE templates ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
