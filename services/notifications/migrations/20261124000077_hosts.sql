-- migrate:up

-- Who was asked to have a town host a meeting, as last said; version: the meeting's, then.
CREATE TABLE hosts_asked (
    meeting_id uuid    NOT NULL,
    person_id  uuid    NOT NULL,
    town       text    NOT NULL,
    version    integer NOT NULL,
    PRIMARY KEY (meeting_id, person_id)
);
CREATE INDEX hosts_asked_by_person ON hosts_asked (person_id);

-- migrate:down
