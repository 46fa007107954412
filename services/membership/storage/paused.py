"""All SQL about what paused systems publish: it is kept as it came until they go on."""

from collections.abc import Sequence

from shared.database.pool import Connection

from ..messages import Keeping, Kept
from .quarantine_rows import fingerprint, headers, read_kept


async def paused_systems(conn: Connection) -> frozenset[str]:
    """Return the names of the systems that are paused."""
    return frozenset(row["name"] for row in await conn.fetch("SELECT name FROM systems WHERE paused_at IS NOT NULL"))


async def add_paused(conn: Connection, messages: Sequence[Keeping]) -> None:
    """Keep messages until their system goes on; one that is kept already is counted."""
    await conn.executemany(
        """
        INSERT INTO quarantine
               (state, system, routing_key, content_type, headers, body, fingerprint, source, message_id, message_type,
                faults, received_at, last_received_at)
        VALUES ('paused', $1, $2, $3, $4, $5, $6, $7, $8, $9, '[]', $10, $10)
            ON CONFLICT (fingerprint) WHERE state = 'paused' DO UPDATE
           SET times = quarantine.times + 1, last_received_at = excluded.last_received_at
        """,
        [
            (
                message.delivery.system,
                message.delivery.routing_key,
                message.delivery.content_type,
                headers(message.delivery),
                message.delivery.body,
                fingerprint(message.delivery),
                message.source,
                message.message_id,
                message.message_type,
                message.delivery.received_at,
            )
            for message in messages
        ],
    )


async def take_paused(conn: Connection, most: int) -> list[Kept]:
    """Remove the oldest messages that are kept for systems which are no longer paused, and return them."""
    found = await conn.fetch(
        """
        DELETE FROM quarantine
         WHERE id IN (
               SELECT q.id
                 FROM quarantine AS q
                WHERE q.state = 'paused'
                  AND q.system NOT IN (SELECT name FROM systems WHERE paused_at IS NOT NULL)
                ORDER BY q.id
                LIMIT $1
                  FOR UPDATE SKIP LOCKED
               )
        RETURNING *
        """,
        most,
    )
    return sorted(map(read_kept, found), key=lambda kept: kept.id)


async def count_paused(conn: Connection) -> dict[str, int]:
    """Count the messages that are kept for each system until it goes on, each as often as it came."""
    found = await conn.fetch("SELECT system, sum(times) AS n FROM quarantine WHERE state = 'paused' GROUP BY system")
    return {row["system"]: row["n"] for row in found}
