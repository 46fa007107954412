-- migrate:up

-- So that a constraint can say "of the same series" without an extension.
CREATE TYPE series_span AS RANGE (subtype = uuid);

-- For a limited time, both days included, a series meets in another rhythm, at its own link where there is none. It runs
-- until it is over or undone.
CREATE TABLE crises (
    id         uuid        PRIMARY KEY,
    series_id  uuid        NOT NULL REFERENCES series,
    reason     text        NOT NULL,
    recurrence jsonb       NOT NULL,
    starts_at  time        NOT NULL,
    minutes    integer     NOT NULL CHECK (minutes > 0),
    link       text,
    reminders  jsonb       NOT NULL,
    pauses     boolean     NOT NULL,
    first_day  date        NOT NULL,
    last_day   date        NOT NULL CHECK (last_day >= first_day),
    state      text        NOT NULL CHECK (state IN ('running', 'over', 'undone')),
    version    integer     NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT crises_overlap EXCLUDE USING gist (
        series_span(series_id, series_id, '[]') WITH &&,
        daterange(first_day, last_day, '[]') WITH &&
    ) WHERE (state <> 'undone')
);

CREATE INDEX crises_running ON crises (series_id) WHERE state = 'running';

-- crisis_id: the crisis that planned the meeting, which then stands for no day by the rule of its series.
-- paused_by: the crisis for which a meeting is cancelled, until that is over; then it takes place if it is still to come.
ALTER TABLE meetings
    ADD COLUMN crisis_id uuid REFERENCES crises,
    ADD COLUMN paused_by uuid REFERENCES crises,
    ADD CONSTRAINT paused_is_cancelled CHECK (paused_by IS NULL OR status = 'cancelled');

CREATE INDEX meetings_of_a_crisis ON meetings (crisis_id, starts_at) WHERE crisis_id IS NOT NULL;
CREATE INDEX meetings_paused ON meetings (paused_by) WHERE paused_by IS NOT NULL;

-- When people are asked to each meeting: so many days before it as its series says. The meetings of a crisis: when the one
-- before has begun, the first at once. Others that are held within a crisis: at once, so that all is said when it starts.
-- What would be due within a crisis: when it is over.
CREATE VIEW openings AS
SELECT m.id AS meeting_id,
       CASE
           WHEN m.crisis_id IS NOT NULL THEN COALESCE(
               (SELECT max(before.starts_at)
                  FROM meetings AS before
                 WHERE before.crisis_id = m.crisis_id
                   AND before.status <> 'cancelled'
                   AND before.starts_at < m.starts_at),
               '-infinity'
           )
           WHEN EXISTS (
               SELECT
                 FROM crises AS c
                WHERE c.series_id = m.series_id
                  AND c.state = 'running'
                  AND (m.starts_at AT TIME ZONE 'Europe/Copenhagen')::date BETWEEN c.first_day AND c.last_day
           ) THEN '-infinity'
           ELSE COALESCE(
               (SELECT (c.last_day + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
                  FROM crises AS c
                 WHERE c.series_id = m.series_id
                   AND c.state = 'running'
                   AND ((m.starts_at - make_interval(days => s.horizon_days)) AT TIME ZONE 'Europe/Copenhagen')::date
                       BETWEEN c.first_day AND c.last_day),
               m.starts_at - make_interval(days => s.horizon_days)
           )
       END AS opens_at
  FROM meetings AS m
  JOIN series AS s ON s.id = m.series_id;

-- migrate:down
