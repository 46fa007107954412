-- migrate:up

-- How many times a person has had the address of their calendar feed replaced; who never has is not here.
CREATE TABLE feed_addresses (
    person_id   uuid        PRIMARY KEY,
    generation  integer     NOT NULL,
    replaced_at timestamptz NOT NULL
);

CREATE INDEX invitations_of_a_person ON invitations (person_id);

-- What a person's calendar holds, as their e-mails say it: what they are asked to, and what was cancelled while they were.
CREATE VIEW private_entries AS
SELECT i.person_id, m.id AS meeting_id, m.uid, m.title, m.mode, m.starts_at, m.ends_at, m.place, m.address, m.host_town,
       m.link, m.status = 'cancelled' AS cancelled, i.sequence, i.dtstamp, i.last_modified
  FROM invitations AS i
  JOIN meetings AS m ON m.id = i.meeting_id
 WHERE i.standing
    OR m.status = 'cancelled' AND i.sequence = m.sequence;

-- What everybody may know of the meetings of public series: not the link to join.
CREATE VIEW public_entries AS
SELECT m.id AS meeting_id, m.uid, m.title, m.mode, m.starts_at, m.ends_at, m.place, m.address, m.host_town,
       NULL::text AS link, m.status = 'cancelled' AS cancelled, m.sequence, m.dtstamp, m.last_modified
  FROM meetings AS m
  JOIN series AS s ON s.id = m.series_id
 WHERE s.is_public;

-- migrate:down
