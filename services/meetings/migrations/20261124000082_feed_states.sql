-- migrate:up

-- Whether a feed has changed is read from the index alone.
CREATE INDEX invitations_by_person ON invitations (person_id) INCLUDE (version);
DROP INDEX invitations_of_a_person;

-- migrate:down
