"""How records stand in rows of the register."""

from collections.abc import Collection, Iterable

import asyncpg
from pydantic_core import to_json

from shared.contracts.upstream import OrganisationReport

from ..records import Appointment, Contact, Mandate, Organisation, Person, Position


def rows(rows: Iterable[dict[str, object]]) -> str:
    """Write rows for jsonb_populate_recordset, which takes no notice of what is no column."""
    return to_json(list(rows)).decode()


def columns_of(record: Organisation | Person | Contact | Mandate | Appointment) -> dict[str, object]:
    """Return a record's columns by name: a position has two, `<name>_time` and `<name>_id`, a report those it lists.

    `dataclasses.asdict` would copy each value deeply, which costs more than the SQL.
    """
    found: dict[str, object] = {}
    for name in record.__slots__:
        value = getattr(record, name)
        if isinstance(value, Position):
            found[f"{name}_time"], found[f"{name}_id"] = value
        elif isinstance(value, OrganisationReport):
            found.update(value)
        else:
            found[name] = value
    return found


def columns(keys: Collection[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Turn pairs into two arrays for unnest."""
    return [first for first, _ in keys], [second for _, second in keys]


def position(row: asyncpg.Record, name: str) -> Position | None:
    """Read a position, where there is one, from its two columns."""
    time, message_id = row[f"{name}_time"], row[f"{name}_id"]
    return None if time is None else Position(time, message_id.encode())


def organisation(row: asyncpg.Record) -> Organisation:
    """Read an organisation from its row."""
    return Organisation(
        id=row["id"],
        source=row["source"],
        report=OrganisationReport.model_construct(**{name: row[name] for name in OrganisationReport.model_fields}),
        described=Position(row["described_time"], row["described_id"].encode()),
        joined=Position(row["joined_time"], row["joined_id"].encode()),
        starts_on=row["starts_on"],
        left=position(row, "left"),
        left_on=row["left_on"],
        reason=row["reason"],
        said=row["said"],
        version=row["version"],
    )


def contact(row: asyncpg.Record) -> Contact:
    """Read a contact from its row."""
    return Contact(
        source=row["source"],
        key=row["key"],
        person_id=row["person_id"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        language=row["language"],
        position=Position(row["position_time"], row["position_id"].encode()),
    )


def appointment(row: asyncpg.Record) -> Appointment:
    """Read an appointment from its row."""
    return Appointment(
        organisation_id=row["organisation_id"],
        source=row["source"],
        contact_key=row["contact_key"],
        appointed=position(row, "appointed"),
        since=row["since"],
        ended=position(row, "ended"),
        ended_on=row["ended_on"],
        titled=position(row, "titled"),
        role=row["role"],
        title=row["title"],
        mandate_id=row["mandate_id"],
    )
