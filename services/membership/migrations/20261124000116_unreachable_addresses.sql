-- migrate:up

-- Addresses to which mail is refused, as notifications said last of each time. digest: of the address in lower case, so
-- that it speaks of whoever has that address now.
CREATE TABLE unreachable_addresses (
    suppression_id uuid        PRIMARY KEY,
    digest         text        NOT NULL,
    reason         text        NOT NULL,
    since          timestamptz NOT NULL,
    until          timestamptz NOT NULL,
    ended_at       timestamptz,
    version        integer     NOT NULL
);
CREATE INDEX unreachable_addresses_now ON unreachable_addresses (digest) WHERE ended_at IS NULL;

-- migrate:down
