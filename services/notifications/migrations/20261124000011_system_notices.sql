-- migrate:up

-- Who looks after another system is an address, and no person that we know. What is about a meeting is for a person.
ALTER TABLE emails ALTER COLUMN person_id DROP NOT NULL;
ALTER TABLE emails ADD CONSTRAINT meetings_are_for_people CHECK (person_id IS NOT NULL OR meeting_id IS NULL);

-- migrate:down
