-- migrate:up

-- What other services have said, newest version only; nothing refers to anything, because events come in any order.
CREATE TABLE people (
    id       uuid    PRIMARY KEY,
    name     text    NOT NULL,
    address  text    NOT NULL,
    language text    NOT NULL,
    version  integer NOT NULL
);
CREATE INDEX people_by_address ON people (address);

CREATE TABLE members (
    organisation_id uuid    PRIMARY KEY,
    name            text    NOT NULL,
    town            text    NOT NULL,
    active          boolean NOT NULL,
    version         integer NOT NULL
);

CREATE TABLE mandates (
    id              uuid    PRIMARY KEY,
    organisation_id uuid    NOT NULL,
    person_id       uuid    NOT NULL,
    role            text    NOT NULL,
    starts_on       date    NOT NULL,
    current         boolean NOT NULL,
    version         integer NOT NULL
);
CREATE INDEX mandates_by_person ON mandates (person_id);
CREATE INDEX mandates_by_organisation ON mandates (organisation_id);

-- facts: what mails say of the meeting. The revision is empty until the meeting itself was moved or cancelled.
CREATE TABLE meetings (
    id            uuid        PRIMARY KEY,
    facts         jsonb       NOT NULL,
    starts_at     timestamptz NOT NULL,
    cancelled     boolean     NOT NULL,
    reason        text,
    version       integer     NOT NULL,
    sequence      integer,
    dtstamp       timestamptz,
    last_modified timestamptz
);

CREATE TABLE invitations (
    meeting_id    uuid        NOT NULL,
    person_id     uuid        NOT NULL,
    standing      boolean     NOT NULL,
    sequence      integer     NOT NULL,
    dtstamp       timestamptz NOT NULL,
    last_modified timestamptz NOT NULL,
    version       integer     NOT NULL,
    PRIMARY KEY (meeting_id, person_id)
);
CREATE INDEX invitations_by_person ON invitations (person_id);

-- migrate:down
