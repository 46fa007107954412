-- migrate:up

-- A crisis that was ended early is still to be summed up; then it is over.
ALTER TABLE crises
    DROP CONSTRAINT crises_state_check,
    ADD CONSTRAINT crises_state_check CHECK (state IN ('running', 'ended', 'over', 'undone'));

-- migrate:down
