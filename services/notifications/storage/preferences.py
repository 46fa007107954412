"""SQL of preferences: which topics a person does not want to get, and in which language they want the others."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.contracts.notifications import MutableTopic
from shared.database.pool import Connection

from ..domain import Language


async def find_reader(conn: Connection, person_id: UUID) -> asyncpg.Record | None:
    """Find the name of a person and the language in which we write to them."""
    return await conn.fetchrow("SELECT name, language FROM people WHERE id = $1", person_id)


async def hold_language(conn: Connection, person_id: UUID) -> Language | None:
    """Return the language that a person chose; nobody else changes their choices until the transaction ends."""
    language: Language | None = await conn.fetchval(
        """
        INSERT INTO choices AS c (person_id, version)
        VALUES ($1, 0)
            ON CONFLICT (person_id) DO UPDATE SET version = c.version
        RETURNING language
        """,
        person_id,
    )
    return language


async def muted_topics(conn: Connection, person_id: UUID) -> frozenset[MutableTopic]:
    """Return the topics that a person does not want to get."""
    rows = await conn.fetch("SELECT topic FROM preferences WHERE person_id = $1", person_id)
    return frozenset(row["topic"] for row in rows)


async def keep_language(conn: Connection, person_id: UUID, language: Language | None) -> int:
    """Keep the language that a person chose, and return the new version of what they have chosen."""
    version: int = await conn.fetchval(
        "UPDATE choices SET language = $2, version = version + 1 WHERE person_id = $1 RETURNING version",
        person_id,
        language,
    )
    return version


async def write_in(conn: Connection, person_id: UUID, language: Language) -> None:
    """Write to a person in another language from now on."""
    await conn.execute("UPDATE people SET language = $2 WHERE id = $1", person_id, language)


async def mute(conn: Connection, person_id: UUID, topics: Iterable[MutableTopic], now: datetime) -> None:
    """Keep that a person does not want to get some topics."""
    await conn.execute(
        "INSERT INTO preferences (person_id, topic, muted_at) SELECT $1, topic, $3 FROM unnest($2::text[]) AS topic",
        person_id,
        list(topics),
        now,
    )


async def unmute(conn: Connection, person_id: UUID, topics: Iterable[MutableTopic]) -> None:
    """Keep that a person wants to get some topics again."""
    await conn.execute(
        "DELETE FROM preferences WHERE person_id = $1 AND topic = ANY($2::text[])", person_id, list(topics)
    )


async def hold_muted(conn: Connection, person_id: UUID | None = None) -> None:
    """Keep back what waits about a topic that its person has muted: one person, if given, or anybody."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'muted'
          FROM preferences AS p
         WHERE p.person_id = e.person_id
           AND p.topic = e.topic
           AND e.state = 'queued'
           AND ($1::uuid IS NULL OR e.person_id = $1)
        """,
        person_id,
    )


async def release_muted(conn: Connection, person_id: UUID, topics: Iterable[MutableTopic], now: datetime) -> None:
    """Queue what was kept back about some topics and is not past; dated now, unless it may have arrived."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'queued', next_attempt_at = $3, date = CASE WHEN may_have_arrived THEN date ELSE $3 END
         WHERE person_id = $1
           AND topic = ANY($2::text[])
           AND state = 'muted'
           AND (expires_at IS NULL OR expires_at > $3)
        """,
        person_id,
        list(topics),
        now,
    )
