"""SQL of sending again what could not be delivered."""

from collections.abc import Sequence

from shared.database.pool import Connection

from ..fates import Act, Resent
from .due import Touched


async def try_failures(conn: Connection, emails: Sequence[int], act: Act) -> list[Resent]:
    """Lock e-mails, and say of each that is to be left as it is why.

    A newer e-mail about the same thing to the same reader takes the place of an older one where both have a calendar
    part, are of one kind, or tell of a crisis.
    """
    rows = await conn.fetch(
        """
        SELECT e.id,
               CASE
                   WHEN e.state <> 'failed' THEN 'not_failed'
                   WHEN e.expires_at <= $2 THEN 'past'
                   WHEN e.method IS DISTINCT FROM 'CANCEL' AND p.address <> e.address THEN 'readdressed'
                   WHEN is_overtaken(e) OR EXISTS (
                       SELECT
                         FROM emails AS newer
                         JOIN frames AS g ON g.id = newer.frame_id
                        WHERE newer.person_id = e.person_id
                          AND newer.address = e.address
                          AND newer.id > e.id
                          AND newer.state NOT IN ('obsolete', 'muted')
                          AND g.object_id = f.object_id
                          AND (newer.kind = e.kind OR newer.topic = 'crisis')
                   ) THEN 'overtaken'
                   WHEN EXISTS (
                       SELECT FROM suppressions AS s WHERE s.address = lower(e.address) AND s.ended_at IS NULL
                   ) THEN 'suppressed'
                   WHEN EXISTS (
                       SELECT FROM preferences AS m WHERE m.person_id = e.person_id AND m.topic = e.topic
                   ) THEN 'muted'
               END
          FROM emails AS e
          JOIN frames AS f ON f.id = e.frame_id
          LEFT JOIN people AS p ON p.id = e.person_id
         WHERE e.id = ANY($1::bigint[])
         ORDER BY e.id
           FOR UPDATE OF e
        """,
        emails,
        act.at,
    )
    return [Resent(*row) for row in rows]


async def queue_again(conn: Connection, emails: Sequence[int], act: Act) -> Touched:
    """Queue e-mails as if they had never been tried; return of which invitations any of them is."""
    rows = await conn.fetch(
        """
        UPDATE emails
           SET state = 'queued', attempts = 0, failing_since = NULL, next_attempt_at = $2
         WHERE id = ANY($1::bigint[])
        RETURNING meeting_id, person_id, correlation_id
        """,
        emails,
        act.at,
    )
    return {(row["meeting_id"], row["person_id"]): row["correlation_id"] for row in rows if row["meeting_id"]}


async def still_queued(conn: Connection, emails: Sequence[int]) -> set[int]:
    """Return which of some e-mails wait to be sent."""
    rows = await conn.fetch("SELECT id FROM emails WHERE id = ANY($1::bigint[]) AND state = 'queued'", emails)
    return {row["id"] for row in rows}


async def add_resendings(conn: Connection, emails: Sequence[int], act: Act) -> None:
    """Keep who had e-mails sent again, and why."""
    await conn.execute(
        """
        INSERT INTO resendings (email_id, act, at, who, reason)
        SELECT id, $2, $3, $4, $5 FROM unnest($1::bigint[]) AS id
        """,
        emails,
        act.id,
        act.at,
        act.who,
        act.reason,
    )
