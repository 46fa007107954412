-- migrate:up

-- What each person has chosen beside the topics that they have muted. language: their own choice, empty where they
-- made none; version: how often they chose.
CREATE TABLE choices (
    person_id uuid    PRIMARY KEY,
    language  text    CHECK (language IN ('da', 'en')),
    version   integer NOT NULL
);

-- migrate:down
