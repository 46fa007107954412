-- migrate:up

-- Each change of a person asks whether they were welcomed, and whether the welcome must go elsewhere.
CREATE INDEX emails_welcome ON emails (person_id) WHERE kind = 'welcome';

-- migrate:down
