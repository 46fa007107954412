"""SQL of topics that are held: of which nothing is mailed until an operator releases them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.database.pool import Connection

from ..domain import Topic


@dataclass(frozen=True, slots=True)
class HeldTopic:
    """A topic that is held, since when, why, by whom where somebody does, and how many e-mails wait because of it."""

    topic: Topic
    held_at: datetime
    reason: str
    held_by: str | None
    waiting: int


async def hold_topic(conn: Connection, topic: Topic, reason: str, now: datetime, who: str | None) -> bool:
    """Hold a topic; say whether it was not held before."""
    held: str = await conn.execute(
        """
        INSERT INTO held_topics AS h (topic, reason, held_at, held_by) VALUES ($1, $2, $3, $4)
            ON CONFLICT (topic) DO UPDATE SET reason = $2, held_at = $3, held_by = $4, released_at = NULL
         WHERE h.released_at IS NOT NULL
        """,
        topic,
        reason,
        now,
        who,
    )
    return held == "INSERT 0 1"


async def release_topic(conn: Connection, topic: Topic, now: datetime) -> bool:
    """Mail again about a topic; say whether it was held."""
    released: str = await conn.execute(
        "UPDATE held_topics SET released_at = $2 WHERE topic = $1 AND released_at IS NULL", topic, now
    )
    return released == "UPDATE 1"


async def held_topics(conn: Connection) -> list[HeldTopic]:
    """List the topics that are held, the longest first."""
    rows = await conn.fetch(
        """
        SELECT topic, held_at, reason, held_by,
               (SELECT count(*) FROM emails AS e WHERE e.topic = h.topic AND e.state = 'queued') AS waiting
          FROM held_now AS h
         ORDER BY held_at, topic
        """
    )
    return [HeldTopic(*row) for row in rows]


async def are_held(conn: Connection) -> list[Topic]:
    """Return the topics that are held."""
    rows = await conn.fetch("SELECT topic FROM held_now")
    return [row["topic"] for row in rows]


async def released_at(conn: Connection, topic: Topic) -> datetime | None:
    """Return when a topic was released the last time, if it ever was."""
    moment: datetime | None = await conn.fetchval("SELECT released_at FROM held_topics WHERE topic = $1", topic)
    return moment


async def blamed_on_us(
    conn: Connection, topic: Topic, *, since: datetime, of_last: int
) -> tuple[int, Mapping[str, int]]:
    """Look at the last attempts: how many were about a topic, and how many of these the far side blamed on us.

    These are counted by the domain that they were for. What it takes for now only (4.7.x) is no blame.
    """
    rows = await conn.fetch(
        """
        SELECT split_part(e.address, '@', 2) AS domain,
               count(*) AS attempts,
               count(DISTINCT d.email_id) FILTER (WHERE d.fault = 'ours' AND d.outcome <> 'deferred') AS blamed
          FROM (SELECT * FROM deliveries ORDER BY id DESC LIMIT $3) AS d
          JOIN emails AS e ON e.id = d.email_id
         WHERE e.topic = $1
           AND d.at > $2
         GROUP BY domain
        """,
        topic,
        since,
        of_last,
    )
    blamed = {row["domain"]: row["blamed"] for row in rows if row["blamed"]}
    return sum(row["attempts"] for row in rows), blamed


async def queue_blamed(conn: Connection, topics: Iterable[Topic], since: datetime, now: datetime) -> Sequence[int]:
    """Queue once more what the far side has refused since a moment through no fault of the reader's; return the ids."""
    rows = await conn.fetch(
        """
        UPDATE emails AS e
           SET state = 'queued', next_attempt_at = $3
          FROM deliveries AS d
         WHERE d.email_id = e.id
           AND d.fault = 'ours'
           AND d.outcome = 'refused'
           AND d.at >= $2
           AND e.topic = ANY($1::text[])
           AND e.state = 'failed'
           AND NOT is_overtaken(e)
           AND (e.expires_at IS NULL OR e.expires_at > $3)
        RETURNING e.id
        """,
        list(topics),
        since,
        now,
    )
    return [row["id"] for row in rows]
