"""SQL of the languages that people have chosen themselves."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.contracts.membership import Language
from shared.contracts.notifications import PreferencesChanged
from shared.database.pool import Connection

from ..records import Person


async def hold_languages(conn: Connection, people: Iterable[UUID]) -> dict[UUID, Language]:
    """Return in which language each of some people is written to, none of whom changes meanwhile."""
    rows = await conn.fetch(
        "SELECT id, language FROM people WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(people)
    )
    return {row["id"]: row["language"] for row in rows}


async def keep_own_languages(conn: Connection, events: Sequence[PreferencesChanged]) -> list[Person]:
    """Keep what people have chosen, where that is newer, and return those people; each at most once."""
    rows = await conn.fetch(
        """
        UPDATE people AS p
           SET own_language = c.language,
               choice_version = c.version,
               language = COALESCE(c.language, p.language),
               version = p.version + CASE WHEN c.language <> p.language THEN 1 ELSE 0 END
          FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS c (person_id, language, version)
         WHERE p.id = c.person_id
           AND c.version > p.choice_version
        RETURNING p.id, p.name, p.email, p.phone, p.language, p.version, p.own_language
        """,
        [event.person_id for event in events],
        [event.language for event in events],
        [event.version for event in events],
    )
    return [Person(*row) for row in rows]
