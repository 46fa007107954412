-- migrate:up

-- What people have answered to meetings, and the place that came of it: newest version only.
CREATE TABLE answers (
    meeting_id    uuid    NOT NULL,
    person_id     uuid    NOT NULL,
    answer        text    NOT NULL,
    attendance    text,
    place_state   text    NOT NULL,
    offered_until timestamptz,
    version       integer NOT NULL,
    PRIMARY KEY (meeting_id, person_id)
);

-- migrate:down
