"""SQL of what time makes due of meetings: they begin, people are asked to them, and reminded of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection

from ..reminding import Remindable
from .meetings import read_meeting
from .series import REMINDERS


async def meeting_is_due(conn: Connection, now: datetime) -> bool:
    """Say whether a meeting has begun, or people are to be asked to one, since the planner looked last."""
    due: bool = await conn.fetchval(
        """
        SELECT EXISTS (
            SELECT
              FROM meetings AS m
              JOIN openings AS o ON o.meeting_id = m.id
             WHERE m.status = 'scheduled'
               AND (m.starts_at <= $1 OR m.opened_at IS NULL AND o.opens_at <= $1)
        )
        """,
        now,
    )
    return due


async def mark_begun(conn: Connection, now: datetime) -> Sequence[UUID]:
    """Mark the meetings whose time has come, and return their ids."""
    rows = await conn.fetch(
        "UPDATE meetings SET status = 'begun' WHERE status = 'scheduled' AND starts_at <= $1 RETURNING id", now
    )
    return [row["id"] for row in rows]


async def mark_opened(conn: Connection, now: datetime) -> Sequence[UUID]:
    """Mark the meetings still to come that people are to be asked to by now, and return their ids."""
    rows = await conn.fetch(
        """
        UPDATE meetings AS m
           SET opened_at = $1
          FROM openings AS o
         WHERE o.meeting_id = m.id
           AND m.status = 'scheduled'
           AND m.opened_at IS NULL
           AND m.starts_at > $1
           AND o.opens_at <= $1
        RETURNING m.id
        """,
        now,
    )
    return [row["id"] for row in rows]


async def list_remindable(conn: Connection, now: datetime) -> list[Remindable]:
    """List the meetings still to come that whoever is in the group is asked to, and to be reminded of."""
    rows = await conn.fetch(
        """
        SELECT m.*, COALESCE(c.reminders, s.reminders) AS reminders,
               GREATEST(m.opened_at, m.last_modified, m.reminded_at) AS told_at
          FROM meetings AS m
          JOIN series AS s ON s.id = m.series_id
          LEFT JOIN crises AS c ON c.id = m.crisis_id
         WHERE m.status = 'scheduled'
           AND m.starts_at > $1
           AND m.opened_at IS NOT NULL
           AND COALESCE(c.reminders, s.reminders) <> '[]'
         ORDER BY m.starts_at, m.id
        """,
        now,
    )
    return [Remindable(read_meeting(row), REMINDERS.validate_json(row["reminders"]), row["told_at"]) for row in rows]


async def mark_reminded(conn: Connection, meetings: Iterable[UUID], now: datetime) -> None:
    """Keep that people are reminded of some meetings now."""
    await conn.execute("UPDATE meetings SET reminded_at = $2 WHERE id = ANY($1::uuid[])", list(meetings), now)
