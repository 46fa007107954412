-- migrate:up

-- Who had what could not be delivered sent again, when and why; act: what was done at one moment, to one or to many.
CREATE TABLE resendings (
    email_id bigint      NOT NULL REFERENCES emails,
    act      uuid        NOT NULL,
    at       timestamptz NOT NULL,
    who      text        NOT NULL,
    reason   text        NOT NULL,
    PRIMARY KEY (email_id, act)
);
CREATE INDEX resendings_by_act ON resendings (act);

-- What an operator looks for first.
CREATE INDEX emails_failed ON emails (id) WHERE state = 'failed';
CREATE INDEX deliveries_by_time ON deliveries USING brin (at) WITH (autosummarize = on);

-- migrate:down
