-- migrate:up

-- Empty for a meeting of which nothing was said since we keep it.
ALTER TABLE meetings ADD COLUMN series_id uuid;

-- What meetings said last of each crisis: it was started, extended, ended or undone.
CREATE TABLE crises (
    id             uuid    PRIMARY KEY,
    series_id      uuid    NOT NULL,
    said           text    NOT NULL CHECK (said IN ('started', 'extended', 'ended', 'undone')),
    facts          jsonb   NOT NULL,
    last_day       date    NOT NULL,
    version        integer NOT NULL,
    correlation_id text    NOT NULL
);

-- Up to which version each person was to be told of a crisis.
CREATE TABLE crisis_people (
    crisis_id uuid    NOT NULL,
    person_id uuid    NOT NULL,
    version   integer NOT NULL,
    PRIMARY KEY (crisis_id, person_id)
);
CREATE INDEX crisis_people_by_person ON crisis_people (person_id);

-- migrate:down
