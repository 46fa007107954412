-- migrate:up

-- Who sends: from which volume of journals, how often it has recorded something, and when last. Its volume counts along:
-- where that has counted further, this database is an older one.
CREATE TABLE senders (
    name    text        PRIMARY KEY,
    volume  uuid        NOT NULL,
    beats   bigint      NOT NULL,
    seen_at timestamptz NOT NULL
);

-- migrate:down
