"""SQL of attendance: what was entered is added to, never changed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from shared.database.pool import Connection

from ..attendance import Came, Entry
from ..network import Organisation


async def known_organisations(conn: Connection, organisations: Iterable[UUID]) -> set[UUID]:
    """Return those of some organisations that are members or were."""
    rows = await conn.fetch("SELECT id FROM members WHERE id = ANY($1::uuid[])", list(organisations))
    return {row["id"] for row in rows}


async def organisations_concerned(conn: Connection, meeting_id: UUID) -> set[UUID]:
    """Return whose people were asked to a meeting, and of which attendance was entered all the same."""
    rows = await conn.fetch(
        """
        SELECT ma.organisation_id
          FROM invitations AS i
          JOIN mandates AS ma ON ma.person_id = i.person_id
         WHERE i.meeting_id = $1
         UNION
        SELECT organisation_id
          FROM attendances
         WHERE meeting_id = $1
        """,
        meeting_id,
    )
    return {row["organisation_id"] for row in rows}


async def add_entries(conn: Connection, entries: Sequence[Entry]) -> None:
    """Add what was entered."""
    await conn.execute(
        """
        INSERT INTO attendances (meeting_id, organisation_id, version, attendance, who, entered_at)
        SELECT *
          FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[])
        """,
        [entry.meeting_id for entry in entries],
        [entry.organisation_id for entry in entries],
        [entry.version for entry in entries],
        [entry.attendance for entry in entries],
        [entry.who for entry in entries],
        [entry.entered_at for entry in entries],
    )


async def latest_entries(conn: Connection, meeting_id: UUID) -> dict[UUID, Entry]:
    """Return what holds of a meeting's attendance, by organisation."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (organisation_id) *
          FROM attendances
         WHERE meeting_id = $1
         ORDER BY organisation_id, version DESC
        """,
        meeting_id,
    )
    return {row["organisation_id"]: _entry(row) for row in rows}


async def list_entries(conn: Connection, meeting_id: UUID) -> list[tuple[Organisation, Entry]]:
    """List all that was ever entered of a meeting's attendance, by name of the organisation, the latest first."""
    rows = await conn.fetch(
        """
        SELECT a.*, m.name, m.town, m.region
          FROM attendances AS a
          JOIN members AS m ON m.id = a.organisation_id
         WHERE a.meeting_id = $1
         ORDER BY m.name, m.id, a.version DESC
        """,
        meeting_id,
    )
    return [(_organisation(row), _entry(row)) for row in rows]


async def organisations_that_came(conn: Connection, meetings: Iterable[UUID]) -> list[Came]:
    """List which organisations came to some meetings, by meeting and by name of the organisation."""
    rows = await conn.fetch(
        """
        SELECT a.*, m.name, m.town, m.region
          FROM (
              SELECT DISTINCT ON (meeting_id, organisation_id) *
                FROM attendances
               WHERE meeting_id = ANY($1::uuid[])
               ORDER BY meeting_id, organisation_id, version DESC
          ) AS a
          JOIN members AS m ON m.id = a.organisation_id
         WHERE a.attendance IS NOT NULL
         ORDER BY a.meeting_id, m.name, m.id
        """,
        list(meetings),
    )
    return [Came(row["meeting_id"], _organisation(row), row["attendance"]) for row in rows]


def _organisation(row: asyncpg.Record) -> Organisation:
    return Organisation(row["organisation_id"], row["name"], row["town"], row["region"])


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        meeting_id=row["meeting_id"],
        organisation_id=row["organisation_id"],
        version=row["version"],
        attendance=row["attendance"],
        who=row["who"],
        entered_at=row["entered_at"],
    )
