-- migrate:up

-- Topics of which nothing is mailed until the operator releases them; when each was released last stays known.
CREATE TABLE held_topics (
    topic       text        PRIMARY KEY,
    held_at     timestamptz NOT NULL,
    reason      text        NOT NULL,
    released_at timestamptz
);

-- Whose fault it was: address, mailbox, ours, session; empty where the e-mail was accepted.
ALTER TABLE deliveries ADD COLUMN fault text;
-- Each refusal that speaks of us asks how many others did lately.
CREATE INDEX deliveries_ours ON deliveries (at) WHERE fault = 'ours';

-- Whether the calendar that an e-mail is for is to get, or got, something newer.
CREATE FUNCTION is_overtaken(e emails) RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT e.method IS NOT NULL AND EXISTS (
        SELECT
          FROM emails AS newer
         WHERE newer.meeting_id = e.meeting_id
           AND newer.address = e.address
           AND newer.method IS NOT NULL
           AND newer.id > e.id
           AND newer.state NOT IN ('obsolete', 'muted')
    )
$$;

-- migrate:down
