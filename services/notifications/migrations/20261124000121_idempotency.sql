-- migrate:up

-- The answers to what was sent with an Idempotency-Key, each kept for a day in the transaction of what it answers.
CREATE TABLE idempotency_keys (
    key         text        PRIMARY KEY,
    fingerprint bytea       NOT NULL,
    asked_at    timestamptz NOT NULL,
    status      integer,
    headers     jsonb,
    body        bytea
);

CREATE INDEX idempotency_keys_by_time ON idempotency_keys (asked_at);

-- migrate:down
