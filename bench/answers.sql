-- What one answer costs in the database: the statements of services/meetings, for a meeting with so many places.
\set number :number + 1
\set person :client_id * 1000 + :number
BEGIN;
SELECT * FROM meetings WHERE id = :meeting FOR NO KEY UPDATE;
SELECT standing FROM invitations WHERE meeting_id = :meeting AND person_id = lpad(to_hex(:person::int), 32, '0')::uuid;
SELECT * FROM answers WHERE meeting_id = :meeting AND person_id = lpad(to_hex(:person::int), 32, '0')::uuid;
SELECT places_in_person, places_online FROM meetings WHERE id = :meeting;
SELECT count(*) FILTER (WHERE place = 'confirmed') AS confirmed, COALESCE(max(turn), 0) AS last_turn
  FROM (VALUES ('in_person'), ('online')) AS kinds (kind)
  LEFT JOIN answers AS a ON a.meeting_id = :meeting AND a.attendance = kind AND a.place <> 'none' \gset
\if :confirmed < :places
INSERT INTO answers (meeting_id, person_id, choice, attendance, given_at, place, version)
VALUES (:meeting, lpad(to_hex(:person::int), 32, '0')::uuid, 'accepted', 'in_person', now(), 'confirmed', 1);
\else
INSERT INTO answers (meeting_id, person_id, choice, attendance, given_at, place, turn, version)
VALUES (:meeting, lpad(to_hex(:person::int), 32, '0')::uuid, 'accepted', 'in_person', now(), 'waiting',
        :last_turn::int + 1, 1);
\endif
INSERT INTO outbox (exchange, routing_key, event_id, event_type, correlation_id, body, mandatory, created_at)
VALUES ('meetings.events', 'meetings.answer_given.v1', gen_random_uuid(), 'meetings.answer_given.v1', 'bench',
        repeat('x', 350)::bytea, true, now());
COMMIT;
