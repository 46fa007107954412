-- migrate:up

CREATE TABLE organisation_kinds (
    kind text PRIMARY KEY
);

INSERT INTO organisation_kinds (kind)
VALUES ('association'), ('business_council'), ('municipality'), ('partner');

CREATE TABLE municipalities (
    code text PRIMARY KEY CHECK (code ~ '^[0-9]{3}$'),
    name text NOT NULL
);

-- A position (time, message id) is that of the message that last changed a thing; an older message comes too late.
-- `said` tells whether our last word was that the term (of a membership, of a mandate) runs.

CREATE TABLE organisations (
    id                uuid        PRIMARY KEY,
    source            text        NOT NULL,
    key               text        NOT NULL,
    name              text        NOT NULL,
    kind              text        NOT NULL REFERENCES organisation_kinds,
    town              text        NOT NULL,
    municipality_code text        NOT NULL REFERENCES municipalities,
    region            text,
    cvr               text,
    website           text,
    described_time    timestamptz NOT NULL,
    described_id      text        NOT NULL,
    joined_time       timestamptz NOT NULL,
    joined_id         text        NOT NULL,
    starts_on         date        NOT NULL,
    left_time         timestamptz,
    left_id           text,
    left_on           date,
    ends_on           date,
    reason            text,
    said              boolean     NOT NULL,
    version           integer     NOT NULL,
    UNIQUE (source, key)
);

CREATE TABLE member_history (
    organisation_id uuid        NOT NULL REFERENCES organisations,
    status          text        NOT NULL CHECK (status IN ('active', 'former')),
    since           date        NOT NULL,
    reason          text,
    version         integer     NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, version)
);

CREATE TABLE people (
    id        uuid    PRIMARY KEY,
    name      text    NOT NULL,
    email     text    NOT NULL,
    phone     text,
    language  text    NOT NULL CHECK (language IN ('da', 'en')),
    version   integer NOT NULL,
    email_key text    GENERATED ALWAYS AS (lower(email)) STORED,
    CONSTRAINT one_person_an_address UNIQUE (email_key) DEFERRABLE INITIALLY DEFERRED
);

-- What each publisher calls a person, and last said of them; several contacts may be one person.
CREATE TABLE contacts (
    source        text        NOT NULL,
    key           text        NOT NULL,
    person_id     uuid        NOT NULL REFERENCES people,
    name          text        NOT NULL,
    email         text        NOT NULL,
    phone         text,
    language      text        NOT NULL,
    position_time timestamptz NOT NULL,
    position_id   text        NOT NULL,
    PRIMARY KEY (source, key)
);

CREATE INDEX ON contacts (person_id);

-- Past mandates are history and stay.
CREATE TABLE mandates (
    id              uuid    PRIMARY KEY,
    organisation_id uuid    NOT NULL REFERENCES organisations,
    person_id       uuid    NOT NULL REFERENCES people,
    role            text    NOT NULL CHECK (role IN ('contact', 'deputy', 'chair')),
    title           text,
    starts_on       date    NOT NULL,
    ends_on         date,
    said            boolean NOT NULL,
    version         integer NOT NULL
);

-- One contact at one organisation: since when appointed, when departed (which stays, so that an older appointment
-- brings nobody back), in which role, and the mandate that follows from it.
CREATE TABLE appointments (
    organisation_id uuid NOT NULL REFERENCES organisations,
    source          text NOT NULL,
    contact_key     text NOT NULL,
    appointed_time  timestamptz,
    appointed_id    text,
    since           date,
    ended_time      timestamptz,
    ended_id        text,
    ended_on        date,
    titled_time     timestamptz,
    titled_id       text,
    role            text,
    title           text,
    mandate_id      uuid REFERENCES mandates,
    PRIMARY KEY (organisation_id, source, contact_key)
);

CREATE INDEX ON appointments (source, contact_key);

-- What time makes due: terms whose state is not what we last said.
CREATE INDEX organisations_to_start ON organisations (starts_on) WHERE NOT said;
CREATE INDEX organisations_to_end ON organisations (ends_on) WHERE said AND ends_on IS NOT NULL;
CREATE INDEX mandates_to_start ON mandates (starts_on) WHERE NOT said;
CREATE INDEX mandates_to_end ON mandates (ends_on) WHERE said AND ends_on IS NOT NULL;

-- migrate:down
