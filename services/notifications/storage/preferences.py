"""SQL of preferences: which topics a person does not want to get."""

from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection

from ..domain import Language, Topic


async def language_of(conn: Connection, person_id: UUID) -> Language:
    """Return the language that a person reads; Danish where we do not know."""
    language: Language | None = await conn.fetchval("SELECT language FROM people WHERE id = $1", person_id)
    return language or "da"


async def is_muted(conn: Connection, person_id: UUID, topic: Topic) -> bool:
    """Say whether a person has muted a topic."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM preferences WHERE person_id = $1 AND topic = $2)", person_id, topic
        )
    )


async def mute(conn: Connection, person_id: UUID, topic: Topic, now: datetime) -> None:
    """Keep that a person does not want to get a topic."""
    await conn.execute(
        "INSERT INTO preferences (person_id, topic, muted_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        person_id,
        topic,
        now,
    )


async def unmute(conn: Connection, person_id: UUID, topic: Topic) -> None:
    """Keep that a person wants to get a topic again."""
    await conn.execute("DELETE FROM preferences WHERE person_id = $1 AND topic = $2", person_id, topic)


async def hold_muted(conn: Connection) -> None:
    """Keep back what waits about a topic that its person has muted."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'muted'
          FROM preferences AS p
         WHERE p.person_id = e.person_id
           AND p.topic = e.topic
           AND e.state = 'queued'
        """
    )


async def release_muted(conn: Connection, person_id: UUID, topic: Topic, now: datetime) -> None:
    """Queue what was kept back about a topic and is not past."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'queued', next_attempt_at = $3
         WHERE person_id = $1
           AND topic = $2
           AND state = 'muted'
           AND (expires_at IS NULL OR expires_at > $3)
        """,
        person_id,
        topic,
        now,
    )
