-- migrate:up

-- Empty where membership does not know it, or has said nothing of the member since we keep it.
ALTER TABLE members ADD COLUMN region text;

-- What was entered of an organisation at a meeting: how it came, or empty where it did not. The highest version holds,
-- those below are its history. Who runs the service adds to it, and changes nothing of it.
CREATE TABLE attendances (
    meeting_id      uuid        NOT NULL REFERENCES meetings,
    organisation_id uuid        NOT NULL,
    version         integer     NOT NULL CHECK (version > 0),
    attendance      text        CHECK (attendance IN ('in_person', 'online')),
    who             text        NOT NULL,
    entered_at      timestamptz NOT NULL,
    PRIMARY KEY (meeting_id, organisation_id, version)
);

REVOKE UPDATE, DELETE, TRUNCATE ON attendances FROM meetings_runtime;

-- migrate:down
