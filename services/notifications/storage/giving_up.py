"""SQL of what is tried in vain: it waits longer, begins anew, or is given up."""

from datetime import datetime, timedelta

from shared.database.pool import Connection

from ..domain import Topic
from ..sending.pacing import Pause


async def postpone(conn: Connection, pause: Pause, *, step: timedelta) -> None:
    """Have what waits for a domain wait longer, in order: one e-mail, a step later two, then four, and so on."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET next_attempt_at = $2 + $4::interval * floor(log(2, waiting.place))::float,
               failing_since = COALESCE(e.failing_since, $5),
               reply = COALESCE(e.reply, 'not tried, because the domain said: ' || $3::text)
          FROM (SELECT id, row_number() OVER (ORDER BY priority, next_attempt_at, id) AS place
                  FROM emails
                 WHERE state = 'queued'
                   AND lower(split_part(address, '@', 2)) = $1
                   AND next_attempt_at <= $2) AS waiting
         WHERE e.id = waiting.id
           AND e.state = 'queued'
        """,
        pause.domain,
        pause.until,
        pause.reply,
        step,
        pause.since,
    )


async def begin_anew(conn: Connection, topic: Topic) -> None:
    """Have what waits of a topic be tried for as long as if it had not been before."""
    await conn.execute(
        """
        UPDATE emails
           SET attempts = 0, failing_since = NULL
         WHERE state = 'queued'
           AND topic = $1
           AND failing_since IS NOT NULL
        """,
        topic,
    )


async def give_up_expired(conn: Connection, now: datetime) -> None:
    """Give up what nobody needs any more."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'failed', reply = COALESCE(reply || '; ', '') || 'given up: its time is past'
         WHERE state = 'queued'
           AND expires_at <= $1
        """,
        now,
    )


async def give_up_tried(conn: Connection, since: datetime) -> None:
    """Give up what was tried in vain since then, or could not be for its domain's sake; not while it is held."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'failed', reply = COALESCE(reply || '; ', '') || 'given up: after two days'
         WHERE state = 'queued'
           AND failing_since < $1
           AND topic NOT IN (SELECT topic FROM held_now)
        """,
        since,
    )
