-- migrate:up

-- Towns that are not to be asked to host, and why.
CREATE TABLE excluded_towns (
    town        text        PRIMARY KEY,
    reason      text        NOT NULL,
    who         text        NOT NULL,
    excluded_at timestamptz NOT NULL
);

-- Which town was asked last to host the meeting; empty where none was.
ALTER TABLE meetings ADD COLUMN asked_town text;

-- migrate:down
