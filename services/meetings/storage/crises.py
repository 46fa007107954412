"""SQL of crises."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID

import asyncpg

from shared.database.pool import Connection
from shared.errors import NotFound

from ..crisis import CrisesOverlap, Crisis
from ..domain import Meeting
from .meetings import read_meeting
from .series import REMINDERS, read_rule, stored_rule


async def add_crisis(conn: Connection, crisis: Crisis) -> None:
    """Add a crisis; raise CrisesOverlap."""
    async with _apart("from"):
        await conn.execute(
            """
            INSERT INTO crises (id, series_id, reason, recurrence, starts_at, minutes, link, reminders, pauses,
                                first_day, last_day, state, version)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            crisis.id,
            crisis.series_id,
            crisis.reason,
            stored_rule(crisis.recurrence),
            crisis.starts_at,
            crisis.minutes,
            crisis.link,
            REMINDERS.dump_json(crisis.reminders).decode(),
            crisis.pauses,
            crisis.first_day,
            crisis.last_day,
            crisis.state,
            crisis.version,
        )


async def keep_crisis(conn: Connection, crisis: Crisis) -> None:
    """Keep what has changed about a crisis; raise CrisesOverlap."""
    async with _apart("until"):
        await conn.execute(
            "UPDATE crises SET last_day = $2, state = $3, version = $4 WHERE id = $1",
            crisis.id,
            crisis.last_day,
            crisis.state,
            crisis.version,
        )


async def get_crisis(conn: Connection, crisis_id: UUID) -> Crisis:
    """Return a crisis; raise NotFound."""
    row = await conn.fetchrow("SELECT * FROM crises WHERE id = $1", crisis_id)
    if row is None:
        raise NotFound("there is no such crisis")
    return _crisis(row)


async def find_crisis_on(conn: Connection, series_id: UUID, day: date) -> Crisis | None:
    """Return the running crisis of a series that lies on a day, where there is one."""
    row = await conn.fetchrow(
        "SELECT * FROM crises WHERE series_id = $1 AND state = 'running' AND $2 BETWEEN first_day AND last_day",
        series_id,
        day,
    )
    return _crisis(row) if row else None


async def crises_to_sum_up(conn: Connection) -> list[Crisis]:
    """List the crises that are neither over nor undone, in a fixed order."""
    rows = await conn.fetch("SELECT * FROM crises WHERE state IN ('running', 'ended') ORDER BY id")
    return [_crisis(row) for row in rows]


async def running_crises(conn: Connection) -> list[Crisis]:
    """List the crises that last or are to come, in a fixed order."""
    rows = await conn.fetch("SELECT * FROM crises WHERE state = 'running' ORDER BY first_day, id")
    return [_crisis(row) for row in rows]


async def list_crises(conn: Connection, series_id: UUID) -> list[Crisis]:
    """List the crises of a series, the latest first."""
    rows = await conn.fetch("SELECT * FROM crises WHERE series_id = $1 ORDER BY first_day DESC, id", series_id)
    return [_crisis(row) for row in rows]


async def meetings_of_crisis(conn: Connection, crisis_id: UUID) -> list[Meeting]:
    """List the meetings of a crisis that were or are to be held, the earliest first."""
    rows = await conn.fetch(
        "SELECT * FROM meetings WHERE crisis_id = $1 AND status <> 'cancelled' ORDER BY starts_at, id", crisis_id
    )
    return [read_meeting(row) for row in rows]


async def paused_meetings(conn: Connection, crisis_id: UUID) -> list[Meeting]:
    """List the meetings that a crisis has paused, the earliest first."""
    rows = await conn.fetch("SELECT * FROM meetings WHERE paused_by = $1 ORDER BY starts_at, id", crisis_id)
    return [read_meeting(row) for row in rows]


async def normal_meetings(conn: Connection, series_id: UUID, since: datetime, until: datetime) -> list[Meeting]:
    """List the meetings of a series of no crisis that are to begin from one moment on and before another."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM meetings
         WHERE series_id = $1
           AND status = 'scheduled'
           AND crisis_id IS NULL
           AND starts_at >= $2
           AND starts_at < $3
         ORDER BY starts_at, id
        """,
        series_id,
        since,
        until,
    )
    return [read_meeting(row) for row in rows]


@asynccontextmanager
async def _apart(field: str) -> AsyncIterator[None]:
    """Name the field at fault where crises of one series would overlap."""
    try:
        yield
    except asyncpg.ExclusionViolationError as why:
        if why.constraint_name != "crises_overlap":
            raise
        raise CrisesOverlap("the series has another crisis on some of these days", field=field) from None


def _crisis(row: asyncpg.Record) -> Crisis:
    return Crisis(
        id=row["id"],
        series_id=row["series_id"],
        reason=row["reason"],
        recurrence=read_rule(json.loads(row["recurrence"])),
        starts_at=row["starts_at"],
        minutes=row["minutes"],
        link=row["link"],
        reminders=REMINDERS.validate_json(row["reminders"]),
        pauses=row["pauses"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        state=row["state"],
        version=row["version"],
    )
