-- migrate:up

-- The systems that may report. A password stands here as it stands at the broker (base64 of a salt and sha256), so that
-- the two can be compared. Until `added_at` a system is half added, and its password was shown to nobody. Of those that
-- were there before this table the owner is not known.
CREATE TABLE systems (
    name           text        PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]*$'),
    owner_email    text,
    owner_language text        NOT NULL DEFAULT 'da' CHECK (owner_language IN ('da', 'en')),
    most_per_hour  integer     CHECK (most_per_hour > 0),
    password_hash  text,
    added_at       timestamptz,
    paused_at      timestamptz
);

INSERT INTO systems (name, added_at)
SELECT DISTINCT system, now()
  FROM system_sources;

ALTER TABLE system_sources
    ADD FOREIGN KEY (system) REFERENCES systems ON DELETE CASCADE;

-- Who may report is for the operator to say, who uses the owner's role for it.
REVOKE INSERT, UPDATE, DELETE ON systems, system_sources FROM membership_runtime;

-- What a paused system publishes is kept as it comes, and taken in as if it had just come once the system goes on.
ALTER TABLE quarantine
    DROP CONSTRAINT quarantine_state_check,
    ADD CONSTRAINT quarantine_state_check CHECK (state IN ('waiting', 'held', 'replayed', 'cleared', 'paused'));

CREATE UNIQUE INDEX quarantine_paused ON quarantine (fingerprint) WHERE state = 'paused';

-- migrate:down
