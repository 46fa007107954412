"""SQL of the senders, and of what is held back where the database was restored from a backup.

What is held back is queued, and due never: until an operator decides.
"""

from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection

from ..domain import NEVER
from ..sending.restoring import Known


async def hold_sender(conn: Connection, sender: str) -> bool:
    """Hold the name of a sender while this connection lives; say whether nobody else holds it."""
    return bool(
        await conn.fetchval(
            "SELECT pg_try_advisory_lock(hashtextextended('notifications.sender.' || $1::text, 0))", sender
        )
    )


async def known_senders(conn: Connection) -> list[Known]:
    """List everybody who ever sent."""
    return [Known(*row) for row in await conn.fetch("SELECT name, volume, beats, seen_at FROM senders")]


async def keep_sender(conn: Connection, sender: str, volume: UUID, beats: int, now: datetime) -> int:
    """Have a sender count on from what it remembers, on its volume; return how far it has counted."""
    counted: int = await conn.fetchval(
        """
        INSERT INTO senders AS s (name, volume, beats, seen_at) VALUES ($1, $2, $3 + 1, $4)
            ON CONFLICT (name) DO UPDATE
           SET volume = $2, beats = GREATEST(s.beats, $3) + 1, seen_at = $4
        RETURNING beats
        """,
        sender,
        volume,
        beats,
        now,
    )
    return counted


async def beat(conn: Connection, sender: str, now: datetime) -> int:
    """Count that a sender lives and records; return how far it has counted."""
    counted: int = await conn.fetchval(
        "UPDATE senders SET beats = beats + 1, seen_at = $2 WHERE name = $1 RETURNING beats", sender, now
    )
    return counted


async def hold_back(conn: Connection, sender: str, *, now: datetime, alive_since: datetime) -> int:
    """Hold back what is due, and what nobody is sending who lives; nobody knows what has arrived. Count it."""
    rows = await conn.fetch(
        """
        UPDATE emails AS e
           SET state = 'queued', next_attempt_at = $4, may_have_arrived = true, sender = NULL,
               lease_until = NULL, failing_since = NULL,
               reply = COALESCE(e.reply || '; ', '') || 'held back: the database was restored from a backup'
         WHERE e.next_attempt_at <= $2
           AND (e.state = 'queued'
                OR e.state = 'sending'
                   AND NOT EXISTS (
                       SELECT FROM senders AS s WHERE s.name = e.sender AND s.name <> $1 AND s.seen_at > $3
                   ))
        RETURNING e.id
        """,
        sender,
        now,
        alive_since,
        NEVER,
    )
    return len(rows)


async def count_held_back(conn: Connection) -> int:
    """Count what is held back."""
    count: int = await conn.fetchval(
        "SELECT count(*) FROM emails WHERE state = 'queued' AND next_attempt_at = $1", NEVER
    )
    return count


async def release_held_back(conn: Connection, now: datetime) -> int:
    """Queue what is held back, except where a reader's calendar is to get something newer; count it all."""
    rows = await conn.fetch(
        """
        UPDATE emails AS e
           SET state = CASE WHEN is_overtaken(e) THEN 'obsolete' ELSE 'queued' END, next_attempt_at = $1
         WHERE e.state = 'queued'
           AND e.next_attempt_at = $2
        RETURNING e.id
        """,
        now,
        NEVER,
    )
    return len(rows)


async def dismiss_held_back(conn: Connection) -> int:
    """Take back what is held back; count it."""
    rows = await conn.fetch(
        "UPDATE emails SET state = 'obsolete' WHERE state = 'queued' AND next_attempt_at = $1 RETURNING id", NEVER
    )
    return len(rows)
