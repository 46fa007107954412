-- migrate:up

-- Every use case that plans, invites or changes a meeting locks the group's row first, so that nobody is missed or
-- invited twice however many processes run.
CREATE TABLE groups (
    id   uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);

INSERT INTO groups (id, name) VALUES (gen_random_uuid(), 'network');

CREATE TABLE series (
    id            uuid        PRIMARY KEY,
    group_id      uuid        NOT NULL REFERENCES groups,
    title         text        NOT NULL,
    recurrence    jsonb       NOT NULL,
    starts_at     time        NOT NULL,
    minutes       integer     NOT NULL CHECK (minutes > 0),
    first_day     date        NOT NULL,
    last_day      date        CHECK (last_day >= first_day),
    mode          text        NOT NULL CHECK (mode IN ('online', 'physical', 'hybrid')),
    place         text,
    host_town     text,
    link          text,
    on_holiday    text        NOT NULL CHECK (on_holiday IN ('move', 'skip')),
    horizon_days  integer     NOT NULL CHECK (horizon_days > 0),
    planned_until date        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- `occurrence` is the day by the series' rule: however a meeting is moved, its day is planned once.
-- `opened_at` is when it came inside the horizon: from then on whoever is in the group is asked to it.
CREATE TABLE meetings (
    id            uuid        PRIMARY KEY,
    series_id     uuid        NOT NULL REFERENCES series,
    occurrence    date        NOT NULL,
    uid           text        NOT NULL UNIQUE,
    title         text        NOT NULL,
    mode          text        NOT NULL CHECK (mode IN ('online', 'physical', 'hybrid')),
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL CHECK (ends_at > starts_at),
    place         text,
    host_town     text,
    link          text,
    status        text        NOT NULL CHECK (status IN ('scheduled', 'begun', 'cancelled')),
    reason        text,
    opened_at     timestamptz,
    sequence      integer     NOT NULL,
    dtstamp       timestamptz NOT NULL,
    last_modified timestamptz NOT NULL,
    version       integer     NOT NULL,
    UNIQUE (series_id, occurrence)
);

CREATE INDEX meetings_to_come ON meetings (starts_at) WHERE status = 'scheduled';
CREATE INDEX meetings_by_time ON meetings (starts_at);

-- A person has one invitation to a meeting for ever; withdrawn and asked again, it stands again.
CREATE TABLE invitations (
    id            uuid        PRIMARY KEY,
    meeting_id    uuid        NOT NULL REFERENCES meetings,
    person_id     uuid        NOT NULL,
    standing      boolean     NOT NULL,
    sequence      integer     NOT NULL,
    dtstamp       timestamptz NOT NULL,
    last_modified timestamptz NOT NULL,
    version       integer     NOT NULL,
    UNIQUE (meeting_id, person_id)
);

-- Copies of what membership says. They refer to each other by id alone, because they come in any order.
CREATE TABLE members (
    id      uuid    PRIMARY KEY,
    name    text    NOT NULL,
    town    text    NOT NULL,
    active  boolean NOT NULL,
    version integer NOT NULL
);

CREATE TABLE mandates (
    id              uuid    PRIMARY KEY,
    organisation_id uuid    NOT NULL,
    person_id       uuid    NOT NULL,
    current         boolean NOT NULL,
    version         integer NOT NULL
);

CREATE INDEX mandates_of_an_organisation ON mandates (organisation_id);
CREATE INDEX mandates_of_a_person ON mandates (person_id);

CREATE TABLE people (
    id       uuid    PRIMARY KEY,
    name     text    NOT NULL,
    language text    NOT NULL,
    version  integer NOT NULL
);

-- Who is in a group now. The network: whoever has a current mandate of an active member, once however many.
CREATE VIEW group_people AS
SELECT DISTINCT g.id AS group_id, ma.person_id
  FROM groups AS g
 CROSS JOIN mandates AS ma
  JOIN members AS me ON me.id = ma.organisation_id
 WHERE g.name = 'network'
   AND ma.current
   AND me.active;

-- migrate:down
