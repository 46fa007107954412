-- migrate:up

-- What speaks of a snapshot speaks of no organisation.
ALTER TABLE upstream_messages
    ALTER COLUMN organisation_id DROP NOT NULL,
    ALTER COLUMN organisation_version DROP NOT NULL;

-- Complete lists that systems have sent, or are sending.
CREATE TABLE snapshots (
    source     text        NOT NULL,
    snapshot   text        NOT NULL,
    system     text        NOT NULL,
    started_at timestamptz,
    ended_at   timestamptz,
    messages   integer,
    PRIMARY KEY (source, snapshot)
);

-- What each message of a list mentions, until the list has ended.
CREATE TABLE snapshot_mentions (
    source          text        NOT NULL,
    snapshot        text        NOT NULL,
    message_id      text        NOT NULL,
    organisation_id uuid,
    contact_keys    text[]      NOT NULL,
    mentioned_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, snapshot, message_id)
);

CREATE INDEX ON snapshot_mentions (source, snapshot, organisation_id);
CREATE INDEX ON snapshot_mentions (mentioned_at);

-- What we know of a source and was not on its list: an organisation, or one contact of it. Nothing is removed by itself.
CREATE TABLE missing (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source          text        NOT NULL,
    snapshot        text        NOT NULL,
    organisation_id uuid        NOT NULL REFERENCES organisations,
    key             text        NOT NULL,
    contact_key     text,
    listed_at       timestamptz NOT NULL,
    state           text        NOT NULL CHECK (state IN ('open', 'removed', 'kept', 'returned')),
    decided_at      timestamptz,
    decided_by      text
);

CREATE UNIQUE INDEX missing_known ON missing (source, organisation_id, coalesce(contact_key, ''))
 WHERE state IN ('open', 'kept');

-- migrate:down
