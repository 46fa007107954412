-- migrate:up

-- Which topics a person does not want to get.
CREATE TABLE preferences (
    person_id uuid        NOT NULL,
    topic     text        NOT NULL,
    muted_at  timestamptz NOT NULL,
    PRIMARY KEY (person_id, topic)
);

-- What all recipients of one rendering share. object_id: the meeting, or the organisation of a welcome.
-- digest: of the facts, which differ where readers knew different things before.
CREATE TABLE frames (
    id        bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text    NOT NULL,
    object_id uuid    NOT NULL,
    revision  integer NOT NULL,
    language  text    NOT NULL,
    facts     jsonb   NOT NULL,
    digest    text    NOT NULL,
    UNIQUE (kind, object_id, revision, language, digest)
);

-- One message to one person, and what became of it.
-- may_have_arrived: accepted by the far server, or lost sight of after it had the whole message.
CREATE TABLE emails (
    id               bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dedupe           text        NOT NULL UNIQUE,
    kind             text        NOT NULL,
    topic            text        NOT NULL,
    person_id        uuid        NOT NULL,
    meeting_id       uuid,
    frame_id         bigint      NOT NULL REFERENCES frames,
    address          text        NOT NULL,
    params           jsonb       NOT NULL,
    method           text        CHECK (method IN ('REQUEST', 'CANCEL')),
    revision         integer     NOT NULL,
    sequence         integer,
    message_id       text        NOT NULL,
    date             timestamptz NOT NULL,
    state            text        NOT NULL
                     CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'muted', 'obsolete')),
    priority         smallint    NOT NULL,
    next_attempt_at  timestamptz NOT NULL,
    lease_until      timestamptz,
    sender           text,
    attempts         integer     NOT NULL DEFAULT 0,
    may_have_arrived boolean     NOT NULL DEFAULT false,
    reply            text,
    sent_at          timestamptz,
    expires_at       timestamptz,
    correlation_id   text        NOT NULL
);
CREATE INDEX emails_ready ON emails (priority, next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX emails_expiring ON emails (expires_at) WHERE state = 'queued';
CREATE INDEX emails_leased ON emails (lease_until) WHERE state = 'sending';
CREATE INDEX emails_by_person ON emails (person_id, meeting_id);
CREATE INDEX emails_by_reader ON emails (meeting_id, address);
-- What a reader hears of one meeting comes one at a time, so that it comes in order.
CREATE UNIQUE INDEX emails_one_in_flight ON emails (person_id, meeting_id) WHERE state = 'sending';

-- One attempt to hand an e-mail over. outcome: accepted, deferred, refused, lost.
CREATE TABLE deliveries (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email_id bigint      NOT NULL REFERENCES emails,
    at       timestamptz NOT NULL,
    sender   text        NOT NULL,
    outcome  text        NOT NULL,
    reply    text        NOT NULL
);
CREATE INDEX deliveries_by_email ON deliveries (email_id);

-- migrate:down
