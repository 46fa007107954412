-- migrate:up

-- When each system was last seen to be paused: what it has not said until then is no silence.
CREATE TABLE system_pauses (
    system  text        PRIMARY KEY REFERENCES systems ON DELETE CASCADE,
    last_at timestamptz NOT NULL
);

-- migrate:down
