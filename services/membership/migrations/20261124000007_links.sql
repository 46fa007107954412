-- migrate:up

-- Organisations that a system shares with the one that brought them: what it calls them. Only who administers the
-- schema may let it.
CREATE TABLE organisation_links (
    source          text        NOT NULL,
    key             text        NOT NULL,
    organisation_id uuid        NOT NULL REFERENCES organisations,
    linked_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, key)
);

REVOKE INSERT, UPDATE, DELETE ON organisation_links FROM membership_runtime;

-- migrate:down
