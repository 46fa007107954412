-- migrate:up

-- Which CloudEvents sources a system may speak for.
CREATE TABLE system_sources (
    source text PRIMARY KEY,
    system text NOT NULL CHECK (system ~ '^[a-z][a-z0-9-]*$')
);

-- Messages taken in or superseded: their ids are used up for ever, and a repeated one gets the same answer.
CREATE TABLE upstream_messages (
    source               text        NOT NULL,
    message_id           text        NOT NULL,
    system               text        NOT NULL,
    message_type         text        NOT NULL,
    outcome              text        NOT NULL CHECK (outcome IN ('accepted', 'superseded')),
    organisation_id      uuid        NOT NULL,
    organisation_version integer     NOT NULL,
    taken_in_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, message_id)
);

-- Messages that we could not take in, as they came. Those that wait came too early and are tried again when more is
-- known of their organisation; those that are held wait for a human.
CREATE TABLE quarantine (
    id               bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state            text        NOT NULL CHECK (state IN ('waiting', 'held', 'replayed', 'cleared')),
    system           text        NOT NULL,
    routing_key      text        NOT NULL,
    content_type     text,
    headers          bytea       NOT NULL,
    body             bytea       NOT NULL,
    fingerprint      bytea       NOT NULL,
    source           text,
    message_id       text,
    message_type     text,
    organisation_key text,
    faults           jsonb       NOT NULL,
    times            integer     NOT NULL DEFAULT 1,
    received_at      timestamptz NOT NULL,
    last_received_at timestamptz NOT NULL,
    wait_until       timestamptz,
    settled_at       timestamptz
);

CREATE UNIQUE INDEX quarantine_open ON quarantine (fingerprint) WHERE state IN ('waiting', 'held');
CREATE INDEX quarantine_waiting ON quarantine (source, organisation_key) WHERE state = 'waiting';
CREATE INDEX quarantine_overdue ON quarantine (wait_until) WHERE state = 'waiting';
CREATE INDEX quarantine_message ON quarantine (source, message_id) WHERE state = 'held';

-- migrate:down
