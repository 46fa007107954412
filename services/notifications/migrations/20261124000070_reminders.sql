-- migrate:up

-- Each answer and each change of a meeting asks whether a reminder that waits has become needless.
CREATE INDEX emails_reminders ON emails (meeting_id) WHERE kind = 'reminder' AND state IN ('queued', 'muted');

-- migrate:down
