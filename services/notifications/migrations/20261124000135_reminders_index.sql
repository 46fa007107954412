-- migrate:up

-- No statement reads it: what waits of a meeting's reminders is found among the few e-mails of the meeting.
DROP INDEX emails_reminders;

-- migrate:down
