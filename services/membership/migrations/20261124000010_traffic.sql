-- migrate:up

-- How many messages each system has sent, whatever became of them. The door counts in memory and writes once a second:
-- what a kill loses of this does not matter. The newest row of a system stays for ever, the others for sixty days.
CREATE TABLE system_traffic (
    system   text        NOT NULL REFERENCES systems ON DELETE CASCADE,
    minute   timestamptz NOT NULL,
    messages integer     NOT NULL,
    PRIMARY KEY (system, minute)
);

-- Since when the door has listened without a lapse, and when it last said so: what nobody listened to is no silence.
CREATE TABLE door_listening (
    one_row boolean     PRIMARY KEY DEFAULT true CHECK (one_row),
    since   timestamptz NOT NULL,
    until   timestamptz NOT NULL
);

-- An episode in which a system was silent (since its last message) or flooding (since that was noticed), and whether its
-- owner was told. `most` is what is usual or allowed: hours without a message, or messages within an hour.
CREATE TABLE system_concerns (
    id      uuid        PRIMARY KEY,
    system  text        NOT NULL REFERENCES systems ON DELETE CASCADE,
    concern text        NOT NULL CHECK (concern IN ('silent', 'flooding')),
    since   timestamptz NOT NULL,
    until   timestamptz,
    most    integer     NOT NULL,
    told    boolean     NOT NULL
);

CREATE UNIQUE INDEX system_concerns_open ON system_concerns (system, concern) WHERE until IS NULL;

-- migrate:down
