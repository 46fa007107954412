"""SQL of the group and its series."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from shared.database.pool import Connection

from ..recurrence import NthWeekday
from ..series import Series

NTH_WEEKDAY = "nth_weekday"


async def lock_network(conn: Connection) -> UUID:
    """Return the network's group, locked until the end of the transaction: one process plans and invites at a time."""
    group: UUID = await conn.fetchval("SELECT id FROM groups WHERE name = 'network' FOR UPDATE")
    return group


async def add_series(conn: Connection, group_id: UUID, series: Series) -> None:
    """Add a series of a group."""
    await conn.execute(
        """
        INSERT INTO series (id, group_id, title, recurrence, starts_at, minutes, first_day, last_day,
                            mode, place, host_town, link, on_holiday, horizon_days, planned_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        series.id,
        group_id,
        series.title,
        _stored(series.recurrence),
        series.starts_at,
        series.minutes,
        series.first_day,
        series.last_day,
        series.mode,
        series.place,
        series.host_town,
        series.link,
        series.on_holiday,
        series.horizon_days,
        series.planned_until,
    )


async def list_series(conn: Connection) -> list[Series]:
    """List all series, the oldest first."""
    return [_series(row) for row in await conn.fetch("SELECT * FROM series ORDER BY created_at, id")]


async def mark_planned(conn: Connection, series_id: UUID, until: date) -> None:
    """Keep up to which day a series is planned."""
    await conn.execute("UPDATE series SET planned_until = $2 WHERE id = $1", series_id, until)


def _stored(recurrence: NthWeekday) -> str:
    return json.dumps(
        {
            "kind": NTH_WEEKDAY,
            "weekday": recurrence.weekday,
            "nth": recurrence.nth,
            "months": recurrence.months,
        }
    )


def _recurrence(stored: dict[str, Any]) -> NthWeekday:
    return NthWeekday(stored["weekday"], stored["nth"], tuple(stored["months"]))


def _series(row: asyncpg.Record) -> Series:
    return Series(
        id=row["id"],
        title=row["title"],
        recurrence=_recurrence(json.loads(row["recurrence"])),
        starts_at=row["starts_at"],
        minutes=row["minutes"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        mode=row["mode"],
        place=row["place"],
        host_town=row["host_town"],
        link=row["link"],
        on_holiday=row["on_holiday"],
        horizon_days=row["horizon_days"],
        planned_until=row["planned_until"],
    )
