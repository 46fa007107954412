-- migrate:up

-- As before, but what would be due within a crisis, or one of several on end, is due when no day of any follows: at the
-- same hour of that day, so that nobody is written to at midnight, or a day before the meeting where that is earlier.
-- What is over has had its days all the same; one that was ended early holds nothing back.
CREATE OR REPLACE VIEW openings AS
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
           WHEN EXISTS (
               SELECT
                 FROM crises AS c
                WHERE c.series_id = m.series_id
                  AND c.state IN ('running', 'over')
                  AND due.at::date BETWEEN c.first_day AND c.last_day
           ) THEN LEAST(
               (SELECT (min(c.last_day) + 1 + due.at::time) AT TIME ZONE 'Europe/Copenhagen'
                  FROM crises AS c
                 WHERE c.series_id = m.series_id
                   AND c.state IN ('running', 'over')
                   AND c.last_day >= due.at::date
                   AND NOT EXISTS (
                       SELECT
                         FROM crises AS next
                        WHERE next.series_id = m.series_id
                          AND next.state IN ('running', 'over')
                          AND next.first_day = c.last_day + 1
                   )),
               m.starts_at - interval '1 day'
           )
           ELSE m.starts_at - make_interval(days => s.horizon_days)
       END AS opens_at
  FROM meetings AS m
  JOIN series AS s ON s.id = m.series_id
 CROSS JOIN LATERAL (
     SELECT (m.starts_at - make_interval(days => s.horizon_days)) AT TIME ZONE 'Europe/Copenhagen'
 ) AS due (at);

-- migrate:down
