"""All SQL about what systems send, and when the door listened to them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.database.pool import Connection

from ..rhythm import Listening, Watched


async def add_traffic(conn: Connection, messages: Mapping[str, int], minute: datetime) -> list[str]:
    """Add to what systems have sent within a minute; return those that are registered, as others are not counted."""
    rows = await conn.fetch(
        """
        INSERT INTO system_traffic AS t (system, minute, messages)
        SELECT s.name, $3, sent.messages
          FROM unnest($1::text[], $2::integer[]) AS sent (system, messages)
          JOIN systems AS s ON s.name = sent.system
         ORDER BY s.name
            ON CONFLICT (system, minute) DO UPDATE SET messages = t.messages + excluded.messages
        RETURNING system
        """,
        list(messages),
        list(messages.values()),
        minute,
    )
    return [row["system"] for row in rows]


async def mark_listening(conn: Connection, at: datetime, lapse: timedelta) -> None:
    """Keep that the door listens; after a longer lapse it has begun anew."""
    await conn.execute(
        """
        INSERT INTO door_listening AS d (since, until)
        VALUES ($1, $1)
            ON CONFLICT (one_row) DO UPDATE
           SET since = CASE WHEN excluded.until - d.until > $2 THEN excluded.since ELSE d.since END,
               until = greatest(d.until, excluded.until)
        """,
        at,
        lapse,
    )


async def find_listening(conn: Connection) -> Listening | None:
    """Find since when the door has listened, where it ever has."""
    row = await conn.fetchrow("SELECT since, until FROM door_listening")
    return Listening(**row) if row else None


async def mark_pauses(conn: Connection, now: datetime) -> None:
    """Keep of which systems are paused that they were so now."""
    await conn.execute(
        """
        INSERT INTO system_pauses (system, last_at)
        SELECT name, $1
          FROM systems
         WHERE paused_at IS NOT NULL
         ORDER BY name
            ON CONFLICT (system) DO UPDATE SET last_at = excluded.last_at
        """,
        now,
    )


async def watched_systems(conn: Connection, now: datetime) -> list[Watched]:
    """List how each registered system has reported, by name."""
    rows = await conn.fetch(
        """
        SELECT s.name AS system, s.owner_email, s.owner_language, s.paused_at IS NOT NULL AS paused, s.most_per_hour,
               (SELECT max(minute) FROM system_traffic WHERE system = s.name) AS last_message_at,
               (SELECT last_at FROM system_pauses WHERE system = s.name) AS last_paused_at,
               (SELECT coalesce(sum(messages), 0) FROM system_traffic WHERE system = s.name AND minute > $1)
            AS within_hour
          FROM systems AS s
         ORDER BY s.name
        """,
        now - timedelta(hours=1),
    )
    return [Watched(**row) for row in rows]


async def active_hours(conn: Connection, system: str, since: datetime) -> list[datetime]:
    """List the hours in which a system has sent anything, in order."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT date_trunc('hour', minute, 'UTC') AS hour
          FROM system_traffic
         WHERE system = $1
           AND minute >= $2
         ORDER BY hour
        """,
        system,
        since,
    )
    return [row["hour"] for row in rows]


async def remove_traffic(conn: Connection, before: datetime) -> None:
    """Forget what was sent long ago, but for the last that came of each system."""
    await conn.execute(
        """
        DELETE FROM system_traffic AS t
         USING systems AS s
         WHERE t.system = s.name
           AND t.minute < $1
           AND EXISTS (SELECT FROM system_traffic AS later WHERE later.system = s.name AND later.minute > t.minute)
        """,
        before,
    )
