CREATE TABLE membership.organisations (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    source            text        NOT NULL,
    key               text        NOT NULL,
    name              text        NOT NULL,
    kind              text        NOT NULL,
    town              text        NOT NULL,
    municipality_code text        NOT NULL,
    region            text,
    cvr               text,
    website           text,
    since             date        NOT NULL,
    changed_at        timestamptz NOT NULL,
    version           integer     NOT NULL DEFAULT 1,
    UNIQUE (source, key)
);

CREATE TABLE membership.people (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    source     text        NOT NULL,
    key        text        NOT NULL,
    name       text        NOT NULL,
    email      text        NOT NULL UNIQUE,
    phone      text,
    language   text        NOT NULL,
    changed_at timestamptz NOT NULL,
    version    integer     NOT NULL DEFAULT 1,
    UNIQUE (source, key)
);

CREATE TABLE membership.mandates (
    id              uuid    PRIMARY KEY DEFAULT gen_random_uuid(),
    organisation_id uuid    NOT NULL REFERENCES membership.organisations,
    person_id       uuid    NOT NULL REFERENCES membership.people,
    role            text    NOT NULL,
    title           text,
    starts_on       date    NOT NULL,
    version         integer NOT NULL DEFAULT 1,
    UNIQUE (organisation_id, person_id)
);

CREATE TABLE membership.upstream_messages (
    source     text NOT NULL,
    message_id text NOT NULL,
    outcome    text NOT NULL,
    PRIMARY KEY (source, message_id)
);

CREATE TABLE membership.outbox (
    seq            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exchange       text   NOT NULL,
    routing_key    text   NOT NULL,
    event_id       text   NOT NULL,
    event_type     text   NOT NULL,
    correlation_id text   NOT NULL,
    body           bytea  NOT NULL
);

-- meetings has nothing to say while there is no meeting.
CREATE TABLE meetings.outbox (LIKE membership.outbox INCLUDING ALL);

CREATE TABLE meetings.members (
    id      uuid    PRIMARY KEY,
    name    text    NOT NULL,
    town    text    NOT NULL,
    active  boolean NOT NULL,
    version integer NOT NULL
);

CREATE TABLE meetings.people (
    id       uuid    PRIMARY KEY,
    name     text    NOT NULL,
    language text    NOT NULL,
    version  integer NOT NULL
);

CREATE TABLE meetings.mandates (
    id              uuid    PRIMARY KEY,
    organisation_id uuid    NOT NULL,
    person_id       uuid    NOT NULL,
    current         boolean NOT NULL,
    version         integer NOT NULL
);

CREATE TABLE notifications.members (
    organisation_id uuid    PRIMARY KEY,
    name            text    NOT NULL,
    town            text    NOT NULL,
    active          boolean NOT NULL,
    version         integer NOT NULL
);

CREATE TABLE notifications.people (
    id       uuid    PRIMARY KEY,
    name     text    NOT NULL,
    address  text    NOT NULL,
    language text    NOT NULL,
    version  integer NOT NULL
);

CREATE TABLE notifications.mandates (
    id              uuid    PRIMARY KEY,
    organisation_id uuid    NOT NULL,
    person_id       uuid    NOT NULL,
    role            text    NOT NULL,
    starts_on       date    NOT NULL,
    current         boolean NOT NULL,
    version         integer NOT NULL
);

-- Name and address of the person are looked up when the e-mail is written.
CREATE TABLE notifications.emails (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text        NOT NULL,
    person_id       uuid        NOT NULL,
    organisation_id uuid        NOT NULL,
    role            text        NOT NULL,
    state           text        NOT NULL DEFAULT 'queued',
    queued_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, person_id)
);

CREATE TABLE meetings.inbox (
    source   text        NOT NULL,
    event_id text        NOT NULL,
    seen_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, event_id)
);

CREATE TABLE notifications.inbox (LIKE meetings.inbox INCLUDING ALL);
