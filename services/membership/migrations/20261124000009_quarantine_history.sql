-- migrate:up

-- 'dismissed': a human has decided that nothing shall come of it. `edited` is what a human made of the message, as a
-- CloudEvent in JSON; the message itself stays as it came.
ALTER TABLE quarantine
    DROP CONSTRAINT quarantine_state_check,
    ADD CONSTRAINT quarantine_state_check
        CHECK (state IN ('waiting', 'held', 'paused', 'replayed', 'cleared', 'dismissed')),
    ADD COLUMN edited bytea;

CREATE INDEX quarantine_state ON quarantine (state, id);
CREATE INDEX quarantine_settled ON quarantine (settled_at) WHERE settled_at IS NOT NULL;

-- What became of each message, and who did it: nobody where it came about by itself. What one person did to several
-- messages at once is one act.
CREATE TABLE quarantine_history (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    quarantine_id bigint      NOT NULL REFERENCES quarantine ON DELETE CASCADE,
    at            timestamptz NOT NULL,
    what          text        NOT NULL
        CHECK (what IN ('kept', 'came_again', 'given_up', 'edited', 'replayed', 'replay_failed', 'cleared', 'dismissed')),
    who           text,
    act           uuid,
    note          text,
    faults        jsonb
);

CREATE INDEX quarantine_history_message ON quarantine_history (quarantine_id, id);
CREATE INDEX quarantine_history_act ON quarantine_history (act) WHERE act IS NOT NULL;

INSERT INTO quarantine_history (quarantine_id, at, what, faults)
SELECT id, received_at, 'kept', faults FROM quarantine ORDER BY id;

-- The service adds to it, and changes nothing of it; what is removed goes with its message.
REVOKE UPDATE, DELETE, TRUNCATE ON quarantine_history FROM membership_runtime;

-- migrate:down
