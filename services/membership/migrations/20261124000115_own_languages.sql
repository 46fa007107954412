-- migrate:up

-- The language that a person chose themselves, empty where they chose none, and the version of what they chose.
ALTER TABLE people
    ADD COLUMN own_language   text    CHECK (own_language IN ('da', 'en')),
    ADD COLUMN choice_version integer NOT NULL DEFAULT 0;

-- migrate:down
