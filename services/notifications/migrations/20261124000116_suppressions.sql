-- migrate:up

-- Addresses that must not be written to, in lower case: why, by whose word, since when and until when; and how it ended.
-- reason: no_such_address, refused_repeatedly. ended_how: delivered, undone, expired.
CREATE TABLE suppressions (
    id        uuid        PRIMARY KEY,
    address   text        NOT NULL,
    reason    text        NOT NULL CHECK (reason IN ('no_such_address', 'refused_repeatedly')),
    reply     text        NOT NULL,
    since     timestamptz NOT NULL,
    until     timestamptz NOT NULL,
    ended_at  timestamptz,
    ended_how text        CHECK (ended_how IN ('delivered', 'undone', 'expired')),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX suppressions_in_force ON suppressions (address) WHERE ended_at IS NULL;
CREATE INDEX suppressions_by_age ON suppressions (since, id);

-- E-mails to such an address wait in a state of their own.
ALTER TABLE emails
    DROP CONSTRAINT emails_state_check,
    ADD CONSTRAINT emails_state_check
        CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'muted', 'suppressed', 'obsolete'));
CREATE INDEX emails_suppressed ON emails (lower(address)) WHERE state = 'suppressed';
-- How often a mailbox has refused e-mails of late.
CREATE INDEX deliveries_mailbox ON deliveries (at) WHERE fault = 'mailbox';
CREATE INDEX people_by_address_in_lower_case ON people (lower(address));

CREATE OR REPLACE FUNCTION is_overtaken(e emails) RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT e.method IS NOT NULL AND EXISTS (
        SELECT
          FROM emails AS newer
         WHERE newer.meeting_id = e.meeting_id
           AND newer.address = e.address
           AND newer.method IS NOT NULL
           AND newer.id > e.id
           AND newer.state NOT IN ('obsolete', 'muted', 'suppressed')
    )
$$;

-- migrate:down
