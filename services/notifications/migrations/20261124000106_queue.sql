-- migrate:up

-- What is due of a topic and an urgency stands together, so that a claim reads no more than it takes.
CREATE INDEX emails_due ON emails (topic, priority, next_attempt_at, id) WHERE state = 'queued';
DROP INDEX emails_ready;

-- Since when an e-mail is tried in vain, or cannot be because its domain takes none.
ALTER TABLE emails ADD COLUMN failing_since timestamptz;
CREATE INDEX emails_failing ON emails (failing_since) WHERE state = 'queued' AND failing_since IS NOT NULL;

-- Each attempt had its e-mail looked up and locked once more by this; e-mails are never removed.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_email_id_fkey;

-- migrate:down
