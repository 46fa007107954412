"""SQL of the group and its series."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from shared.database.pool import Connection
from shared.errors import NotFound

from ..recurrence import EveryWeekday, EveryWeeks, NthWeekday, Rule, Single
from ..series import Reminder, Series

_RULES: dict[str, TypeAdapter[Any]] = {
    kind.kind: TypeAdapter(kind) for kind in (NthWeekday, EveryWeeks, EveryWeekday, Single)
}
REMINDERS = TypeAdapter(tuple[Reminder, ...])


async def lock_network(conn: Connection) -> UUID:
    """Return the network's group, locked until the end of the transaction: one process plans and invites at a time."""
    group: UUID = await conn.fetchval("SELECT id FROM groups WHERE name = 'network' FOR UPDATE")
    return group


async def add_series(conn: Connection, group_id: UUID, series: Series) -> bool:
    """Add a series of a group; say whether it was not there before."""
    added = await conn.fetchval(
        """
        INSERT INTO series (id, group_id, title, recurrence, starts_at, minutes, first_day, last_day, mode, place,
                            address, host_town, link, agenda, on_holiday, horizon_days, reminders, is_public,
                            planned_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            ON CONFLICT (id) DO NOTHING
        RETURNING true
        """,
        series.id,
        group_id,
        series.title,
        stored_rule(series.recurrence),
        series.starts_at,
        series.minutes,
        series.first_day,
        series.last_day,
        series.mode,
        series.place,
        series.address,
        series.host_town,
        series.link,
        series.agenda,
        series.on_holiday,
        series.horizon_days,
        REMINDERS.dump_json(series.reminders).decode(),
        series.is_public,
        series.planned_until,
    )
    return bool(added)


async def list_series(conn: Connection) -> list[Series]:
    """List all series, the oldest first."""
    return [_series(row) for row in await conn.fetch("SELECT * FROM series ORDER BY created_at, id")]


async def series_after(conn: Connection, after: UUID | None, most: int) -> list[Series]:
    """List so many series, the oldest first: from the first one on, or those that follow one."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM series
         WHERE $1::uuid IS NULL
            OR (created_at, id) > (SELECT created_at, id FROM series WHERE id = $1)
         ORDER BY created_at, id
         LIMIT $2
        """,
        after,
        most,
    )
    return [_series(row) for row in rows]


async def get_series(conn: Connection, series_id: UUID) -> Series:
    """Return a series; raise NotFound."""
    row = await conn.fetchrow("SELECT * FROM series WHERE id = $1", series_id)
    if row is None:
        raise NotFound("there is no such series")
    return _series(row)


async def keep_series(conn: Connection, series: Series) -> None:
    """Keep what has changed about a series."""
    await conn.execute(
        """
        UPDATE series
           SET recurrence = $2, starts_at = $3, minutes = $4, last_day = $5, mode = $6, place = $7, address = $8,
               host_town = $9, link = $10, agenda = $11, on_holiday = $12, horizon_days = $13, reminders = $14,
               is_public = $15, planned_until = $16
         WHERE id = $1
        """,
        series.id,
        stored_rule(series.recurrence),
        series.starts_at,
        series.minutes,
        series.last_day,
        series.mode,
        series.place,
        series.address,
        series.host_town,
        series.link,
        series.agenda,
        series.on_holiday,
        series.horizon_days,
        REMINDERS.dump_json(series.reminders).decode(),
        series.is_public,
        series.planned_until,
    )


async def mark_planned(conn: Connection, series_id: UUID, until: date) -> None:
    """Keep up to which day a series is planned."""
    await conn.execute("UPDATE series SET planned_until = $2 WHERE id = $1", series_id, until)


def stored_rule(rule: Rule) -> str:
    """Return a rule as it is stored, in JSON with its kind."""
    return json.dumps({"kind": rule.kind, **_RULES[rule.kind].dump_python(rule, mode="json")})


def read_rule(stored: dict[str, Any]) -> Rule:
    """Return a rule that was stored."""
    rule: Rule = _RULES[stored["kind"]].validate_python(stored)
    return rule


def _series(row: asyncpg.Record) -> Series:
    return Series(
        id=row["id"],
        title=row["title"],
        recurrence=read_rule(json.loads(row["recurrence"])),
        starts_at=row["starts_at"],
        minutes=row["minutes"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        mode=row["mode"],
        place=row["place"],
        address=row["address"],
        host_town=row["host_town"],
        link=row["link"],
        agenda=row["agenda"],
        on_holiday=row["on_holiday"],
        horizon_days=row["horizon_days"],
        reminders=REMINDERS.validate_json(row["reminders"]),
        is_public=row["is_public"],
        planned_until=row["planned_until"],
    )
