"""SQL of how many there are of everything."""

from collections.abc import Mapping
from datetime import datetime

from shared.database.pool import Connection


async def count_copies(conn: Connection) -> Mapping[str, int]:
    """Count the people, the members and mandates of now, and the invitations that stand."""
    row = await conn.fetchrow(
        """
        SELECT (SELECT count(*) FROM people) AS people,
               (SELECT count(*) FROM members WHERE active) AS members,
               (SELECT count(*) FROM mandates WHERE current) AS mandates,
               (SELECT count(*)
                  FROM invitations AS i
                  JOIN meetings AS m ON m.id = i.meeting_id
                 WHERE i.standing
                   AND NOT m.cancelled) AS invitations
        """
    )
    return dict(row) if row else {}


async def count_emails(conn: Connection) -> dict[str, dict[str, int]]:
    """Count the e-mails by kind and state."""
    rows = await conn.fetch("SELECT kind, state, count(*) AS n FROM emails GROUP BY kind, state ORDER BY kind, state")
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["kind"], {})[row["state"]] = row["n"]
    return counts


async def last_sent_at(conn: Connection) -> datetime | None:
    """Return when the last e-mail was accepted by the far server."""
    moment: datetime | None = await conn.fetchval("SELECT max(sent_at) FROM emails")
    return moment


async def next_due(conn: Connection) -> datetime | None:
    """Return when the e-mail that has waited longest was due, or None when nothing waits that may be mailed."""
    moment: datetime | None = await conn.fetchval(
        """
        SELECT min(next_attempt_at)
          FROM emails
         WHERE state = 'queued'
           AND topic NOT IN (SELECT topic FROM held_now)
        """
    )
    return moment
