"""SQL of whom e-mails are for and what they are about, as those look for them who look after e-mails."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection


@dataclass(frozen=True, slots=True)
class Reader:
    """A person, and whom they act for."""

    id: UUID
    name: str
    address: str
    organisations: str


async def find_people(conn: Connection, words: str, most: int) -> list[Reader]:
    """List so many of the people for whom all of some words stand in their name, address, organisations or towns."""
    rows = await conn.fetch(
        """
        WITH readers AS (
            SELECT p.id, p.name, p.address, COALESCE(string_agg(DISTINCT o.name, ', '), '') AS organisations,
                   string_agg(DISTINCT o.town, ', ') AS towns
              FROM people AS p
              LEFT JOIN mandates AS m ON m.person_id = p.id AND m.current
              LEFT JOIN members AS o USING (organisation_id)
             GROUP BY p.id
        )
        SELECT id, name, address, organisations
          FROM readers
         WHERE (SELECT bool_and(strpos(lower(concat_ws(' ', name, address, organisations, towns)), word) > 0)
                  FROM unnest($1::text[]) AS word)
         ORDER BY name, id
         LIMIT $2
        """,
        words.lower().split(),
        most,
    )
    return [Reader(*row) for row in rows]


async def name_of(conn: Connection, person_id: UUID) -> str | None:
    """Return what a person is called, or None where we do not know them."""
    name: str | None = await conn.fetchval("SELECT name FROM people WHERE id = $1", person_id)
    return name


async def list_organisations(conn: Connection) -> list[tuple[UUID, str]]:
    """List (id, name) of the organisations that are or were members."""
    rows = await conn.fetch("SELECT organisation_id, name FROM members ORDER BY name, organisation_id")
    return [(row["organisation_id"], row["name"]) for row in rows]


async def list_meetings(conn: Connection, most: int) -> list[tuple[UUID, str, datetime]]:
    """List (id, title, beginning) of so many meetings, the latest first."""
    rows = await conn.fetch(
        "SELECT id, facts ->> 'title' AS title, starts_at FROM meetings ORDER BY starts_at DESC, id LIMIT $1", most
    )
    return [(row["id"], row["title"], row["starts_at"]) for row in rows]
