-- migrate:up

-- What a person has declined is not in their calendar; whether that has changed is read from the index alone.
CREATE INDEX answers_declined ON answers (person_id, meeting_id) WHERE choice = 'declined';

CREATE OR REPLACE VIEW private_entries AS
SELECT i.person_id, m.id AS meeting_id, m.uid, m.title, m.mode, m.starts_at, m.ends_at, m.place, m.address, m.host_town,
       m.link, m.status = 'cancelled' AS cancelled, i.sequence, i.dtstamp, i.last_modified
  FROM invitations AS i
  JOIN meetings AS m ON m.id = i.meeting_id
 WHERE (i.standing OR m.status = 'cancelled' AND i.sequence = m.sequence)
   AND NOT EXISTS (
       SELECT
         FROM answers AS a
        WHERE a.person_id = i.person_id
          AND a.meeting_id = i.meeting_id
          AND a.choice = 'declined'
       );

-- migrate:down
