-- migrate:up

-- What each message that was taken in has changed: a list of {thing, id, fields: {name: [before, after]}}. What is
-- personal of it stands apart, so that it can be erased. Who runs the service adds to both, and changes neither.
ALTER TABLE upstream_messages
    ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN changes jsonb NOT NULL DEFAULT '[]';

CREATE INDEX ON upstream_messages (organisation_id, seq);

CREATE TABLE personal_changes (
    source     text  NOT NULL,
    message_id text  NOT NULL,
    person_id  uuid  NOT NULL,
    thing      text  NOT NULL,
    id         text  NOT NULL,
    fields     jsonb NOT NULL,
    PRIMARY KEY (source, message_id, thing, id)
);

CREATE INDEX ON personal_changes (person_id);

REVOKE UPDATE, DELETE ON upstream_messages FROM membership_runtime;
REVOKE UPDATE ON personal_changes FROM membership_runtime;

-- migrate:down
