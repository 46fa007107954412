"""How records stand in rows of the register."""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime

import asyncpg

from shared.contracts.upstream import OrganisationReport

from .records import Appointment, Contact, Organisation, Position


def rows(rows: Iterable[dict[str, object]]) -> str:
    """Write rows for jsonb_populate_recordset, which takes no notice of what is no column."""
    return json.dumps(list(rows), default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else value.decode() if isinstance(value, bytes) else str(value)


def columns(keys: Collection[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Turn pairs into two arrays for unnest."""
    return [first for first, _ in keys], [second for _, second in keys]


def position(time: datetime | None, message_id: str | None) -> Position | None:
    """Read a position from its two columns."""
    return None if time is None or message_id is None else Position(time, message_id.encode())


def position_columns(name: str, at: Position | None) -> dict[str, object]:
    """Write a position into its two columns."""
    time, message_id = at or (None, None)
    return {f"{name}_time": time, f"{name}_id": message_id}


def organisation(row: asyncpg.Record) -> Organisation:
    """Read an organisation from its row."""
    return Organisation(
        id=row["id"],
        source=row["source"],
        report=OrganisationReport.model_construct(**{name: row[name] for name in OrganisationReport.model_fields}),
        starts_on=row["starts_on"],
        position=Position(row["position_time"], row["position_id"].encode()),
        ends_on=row["ends_on"],
        reason=row["reason"],
        said=row["said"],
        left=position(row["left_time"], row["left_id"]),
        version=row["version"],
    )


def contact(row: asyncpg.Record) -> Contact:
    """Read a contact from its row."""
    return Contact(
        row["source"],
        row["key"],
        row["person_id"],
        row["name"],
        row["email"],
        row["phone"],
        row["language"],
        Position(row["position_time"], row["position_id"].encode()),
    )


def appointment(row: asyncpg.Record) -> Appointment:
    """Read an appointment from its row."""
    return Appointment(
        row["organisation_id"],
        row["source"],
        row["contact_key"],
        Position(row["position_time"], row["position_id"].encode()),
        position(row["details_time"], row["details_id"]),
        row["role"],
        row["title"],
        row["mandate_id"],
    )
