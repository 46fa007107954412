"""SQL of reminders: who has not answered, and which reminders have become needless."""

from shared.contracts.meetings import ReminderDue
from shared.database.pool import Connection

from ..reminders import Unanswered
from .due import Touched


async def unanswered(conn: Connection, event: ReminderDue) -> list[Unanswered]:
    """List who is to be reminded: asked before the reminder was due, not answered, and wanting to hear of it.

    Nobody where we know of a later change of the meeting; in a crisis, nobody who was mailed of the series that day.
    """
    rows = await conn.fetch(
        """
        SELECT p.id, p.name, p.address, p.language
          FROM invitations AS i
          JOIN meetings AS m ON m.id = i.meeting_id
          JOIN people AS p ON p.id = i.person_id
         WHERE i.meeting_id = $1
           AND i.standing
           AND i.dtstamp <= $2
           AND m.version <= $3
           AND NOT m.cancelled
           AND NOT EXISTS (
               SELECT FROM answers AS a WHERE a.meeting_id = i.meeting_id AND a.person_id = i.person_id
           )
           AND NOT EXISTS (
               SELECT FROM preferences WHERE person_id = p.id AND topic IN ('invitations', 'reminders')
           )
           AND NOT EXISTS (
               SELECT
                 FROM emails AS e
                 JOIN frames AS f ON f.id = e.frame_id
                 LEFT JOIN meetings AS about ON about.id = e.meeting_id
                 LEFT JOIN crises AS c ON c.id = f.object_id
                WHERE e.person_id = p.id
                  AND e.date >= $4
                  AND e.state NOT IN ('obsolete', 'muted', 'suppressed')
                  AND $5 IN (about.series_id, c.series_id)
           )
         ORDER BY p.id
        """,
        event.meeting.id,
        event.due_at,
        event.meeting.version,
        event.unless_mailed_since,
        event.meeting.series_id,
    )
    return [Unanswered(*row) for row in rows]


async def drop_reminders(conn: Connection, touched: Touched) -> None:
    """Take back what waits of reminders in some invitations and is needless: answered, withdrawn, or of what was."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'obsolete'
          FROM unnest($1::uuid[], $2::uuid[]) AS t (meeting_id, person_id)
         WHERE e.meeting_id = t.meeting_id
           AND e.person_id = t.person_id
           AND e.kind = 'reminder'
           AND e.state IN ('queued', 'muted', 'suppressed')
           AND (EXISTS (SELECT FROM answers AS a WHERE a.meeting_id = e.meeting_id AND a.person_id = e.person_id)
                OR NOT EXISTS (
                   SELECT
                     FROM invitations AS i
                     JOIN meetings AS m ON m.id = i.meeting_id
                     JOIN people AS p ON p.id = i.person_id
                    WHERE i.meeting_id = e.meeting_id
                      AND i.person_id = e.person_id
                      AND i.standing
                      AND m.version <= e.revision
                      AND NOT m.cancelled
                      AND p.address = e.address
                ))
        """,
        [meeting_id for meeting_id, _ in touched],
        [person_id for _, person_id in touched],
    )


async def drop_older_reminders(conn: Connection, event: ReminderDue) -> None:
    """Take back the reminders of a meeting that wait and know no more of it than one that is due now."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'obsolete'
         WHERE meeting_id = $1
           AND kind = 'reminder'
           AND state IN ('queued', 'muted', 'suppressed')
           AND revision <= $2
        """,
        event.meeting.id,
        event.meeting.version,
    )
