"""SQL of our copies of members, mandates and people; a copy never goes back to an older version."""

from collections.abc import Sequence
from uuid import UUID

from shared.database.pool import Connection

from ..network import Mandate, Member, Person


async def keep_members(conn: Connection, members: Sequence[Member]) -> None:
    """Keep what is newer than what we have; of what we have, also a region that we do not know yet."""
    await conn.execute(
        """
        INSERT INTO members AS known (id, name, town, region, active, version)
        SELECT DISTINCT ON (id) *
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::integer[])
            AS said (id, name, town, region, active, version)
         ORDER BY id, version DESC
            ON CONFLICT (id) DO UPDATE
           SET name = excluded.name, town = excluded.town, region = excluded.region, active = excluded.active,
               version = excluded.version
         WHERE excluded.version > known.version
            OR (excluded.version = known.version AND known.region IS NULL)
        """,
        [member.id for member in members],
        [member.name for member in members],
        [member.town for member in members],
        [member.region for member in members],
        [member.active for member in members],
        [member.version for member in members],
    )


async def keep_mandates(conn: Connection, mandates: Sequence[Mandate]) -> None:
    """Keep what is newer than what we have."""
    await conn.execute(
        """
        INSERT INTO mandates AS known (id, organisation_id, person_id, current, version)
        SELECT DISTINCT ON (id) *
          FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::integer[])
            AS said (id, organisation_id, person_id, current, version)
         ORDER BY id, version DESC
            ON CONFLICT (id) DO UPDATE
           SET organisation_id = excluded.organisation_id, person_id = excluded.person_id,
               current = excluded.current, version = excluded.version
         WHERE excluded.version > known.version
        """,
        [mandate.id for mandate in mandates],
        [mandate.organisation_id for mandate in mandates],
        [mandate.person_id for mandate in mandates],
        [mandate.current for mandate in mandates],
        [mandate.version for mandate in mandates],
    )


async def get_person(conn: Connection, person_id: UUID) -> Person | None:
    """Return what a person is called and which language they read, where we know."""
    row = await conn.fetchrow("SELECT id, name, language, version FROM people WHERE id = $1", person_id)
    return Person(*row) if row else None


async def keep_people(conn: Connection, people: Sequence[Person]) -> None:
    """Keep what is newer than what we have."""
    await conn.execute(
        """
        INSERT INTO people AS known (id, name, language, version)
        SELECT DISTINCT ON (id) *
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[]) AS said (id, name, language, version)
         ORDER BY id, version DESC
            ON CONFLICT (id) DO UPDATE
           SET name = excluded.name, language = excluded.language, version = excluded.version
         WHERE excluded.version > known.version
        """,
        [person.id for person in people],
        [person.name for person in people],
        [person.language for person in people],
        [person.version for person in people],
    )


async def people_concerned(conn: Connection, members: Sequence[Member], mandates: Sequence[Mandate]) -> dict[UUID, str]:
    """Return who acts or acted for these members or under these mandates, with the correlation id of the cause."""
    rows = await conn.fetch(
        """
        SELECT known.person_id, said.correlation_id
          FROM unnest($1::uuid[], $2::text[]) AS said (organisation_id, correlation_id)
          JOIN mandates AS known USING (organisation_id)
         UNION ALL
        SELECT known.person_id, said.correlation_id
          FROM unnest($3::uuid[], $4::text[]) AS said (id, correlation_id)
          JOIN mandates AS known USING (id)
        """,
        [member.id for member in members],
        [member.correlation_id for member in members],
        [mandate.id for mandate in mandates],
        [mandate.correlation_id for mandate in mandates],
    )
    known = {row["person_id"]: row["correlation_id"] for row in rows}
    return known | {mandate.person_id: mandate.correlation_id for mandate in mandates}
