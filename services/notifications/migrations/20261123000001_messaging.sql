-- migrate:up

-- What the service is about to say. The table stays near empty, so it is vacuumed by count and not by share.
CREATE TABLE outbox (
    seq            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exchange       text        NOT NULL,
    routing_key    text        NOT NULL,
    event_id       text        NOT NULL,
    event_type     text        NOT NULL,
    correlation_id text        NOT NULL,
    body           bytea       NOT NULL,
    mandatory      boolean     NOT NULL,
    created_at     timestamptz NOT NULL,
    attempts       integer     NOT NULL DEFAULT 0,
    last_error     text,
    parked_at      timestamptz
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0
);

-- Which events the service has taken in: kept for ever, so that a late repetition is known.
CREATE TABLE inbox (
    source   text        NOT NULL,
    event_id text        NOT NULL,
    seen_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, event_id)
);

-- migrate:down
