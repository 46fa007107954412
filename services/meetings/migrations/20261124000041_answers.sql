-- migrate:up

-- How many can come; empty is as many as want to. A new meeting has the places of its series.
ALTER TABLE series
    ADD COLUMN places_in_person integer CHECK (places_in_person >= 0),
    ADD COLUMN places_online    integer CHECK (places_online >= 0);
ALTER TABLE meetings
    ADD COLUMN places_in_person integer CHECK (places_in_person >= 0),
    ADD COLUMN places_online    integer CHECK (places_online >= 0);

-- One person's answer to one meeting, the latest by time. Whoever changes one, or a number of places, locks the row of
-- the meeting and never that of the group: answers to different meetings do not wait for each other.
CREATE TABLE answers (
    meeting_id    uuid        NOT NULL REFERENCES meetings,
    person_id     uuid        NOT NULL,
    choice        text        NOT NULL CHECK (choice IN ('accepted', 'tentative', 'declined')),
    attendance    text        CHECK (attendance IN ('in_person', 'online')),
    comment       text        CHECK (length(comment) <= 500),
    given_at      timestamptz NOT NULL,
    place         text        NOT NULL CHECK (place IN ('confirmed', 'offered', 'waiting', 'none')),
    turn          integer,
    offered_until timestamptz,
    version       integer     NOT NULL,
    PRIMARY KEY (meeting_id, person_id),
    CHECK ((attendance IS NULL) = (choice = 'declined')),
    CHECK (place = 'none' OR choice = 'accepted'),
    CHECK ((turn IS NOT NULL) = (place = 'waiting')),
    CHECK ((offered_until IS NOT NULL) = (place = 'offered'))
);

CREATE INDEX answers_with_places ON answers (meeting_id, attendance, place) WHERE place <> 'none';
CREATE INDEX answers_offered ON answers (meeting_id) WHERE place = 'offered';
CREATE UNIQUE INDEX answers_in_line ON answers (meeting_id, attendance, turn) WHERE place = 'waiting';

-- migrate:down
