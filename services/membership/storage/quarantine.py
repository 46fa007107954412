"""All SQL about upstream messages that wait or are held until they can be taken in."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from shared.contracts.upstream import Fault
from shared.database.pool import Connection

from ..messages import Delivery, Keeping, Kept, MessageKey
from .rows import columns


async def add_kept(conn: Connection, messages: Sequence[Keeping]) -> None:
    """Keep messages; one that is kept already is counted, and one that was given up waits anew when it comes again."""
    for message in messages:
        delivery = message.delivery
        await conn.execute(
            """
            INSERT INTO quarantine
                   (state, system, routing_key, content_type, headers, body, fingerprint, source, message_id,
                    message_type, organisation_key, faults, received_at, last_received_at, wait_until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)
                ON CONFLICT (fingerprint) WHERE state IN ('waiting', 'held') DO UPDATE
               SET state = CASE WHEN excluded.state = 'waiting' THEN 'waiting' ELSE quarantine.state END,
                   wait_until = coalesce(quarantine.wait_until, excluded.wait_until),
                   times = CASE
                       WHEN quarantine.state = 'held' AND excluded.state = 'waiting' THEN 1
                       ELSE quarantine.times + 1
                   END,
                   last_received_at = excluded.last_received_at,
                   faults = excluded.faults
            """,
            "waiting" if message.wait_until else "held",
            delivery.system,
            delivery.routing_key,
            delivery.content_type,
            headers(delivery),
            delivery.body,
            fingerprint(delivery),
            message.source,
            message.message_id,
            message.message_type,
            message.organisation_key,
            json.dumps([fault.model_dump() for fault in message.faults]),
            delivery.received_at,
            message.wait_until,
        )


async def waiting_messages(conn: Connection, organisations: Collection[tuple[str, str]]) -> list[Kept]:
    """List the messages that wait for what is missing of some organisations `(source, key)`, locked."""
    found = await conn.fetch(
        """
        SELECT q.*
          FROM quarantine AS q
          JOIN unnest($1::text[], $2::text[]) AS wanted (source, organisation_key) USING (source, organisation_key)
         WHERE q.state = 'waiting'
         ORDER BY q.id
           FOR UPDATE OF q
        """,
        *columns(organisations),
    )
    return [read_kept(row) for row in found]


async def overdue_messages(conn: Connection, now: datetime, most: int) -> list[Kept]:
    """List messages that have waited long enough, locked."""
    found = await conn.fetch(
        """
        SELECT *
          FROM quarantine
         WHERE state = 'waiting' AND wait_until <= $1
         ORDER BY wait_until
         LIMIT $2
           FOR UPDATE SKIP LOCKED
        """,
        now,
        most,
    )
    return [read_kept(row) for row in found]


async def mark_settled(conn: Connection, ids: Collection[int], state: str, now: datetime) -> None:
    """Set messages to held (for a human), replayed (taken in now) or cleared (its system repaired it)."""
    await conn.execute(
        """
        UPDATE quarantine
           SET state = $2,
               wait_until = NULL,
               settled_at = CASE WHEN $2 = 'held' THEN NULL ELSE $3::timestamptz END
         WHERE id = ANY($1::bigint[])
        """,
        list(ids),
        state,
        now,
    )


async def mark_cleared(conn: Connection, keys: Collection[MessageKey], now: datetime) -> None:
    """Clear what was held of messages whose ids are now taken in."""
    await conn.execute(
        """
        UPDATE quarantine AS q
           SET state = 'cleared', settled_at = $3
          FROM unnest($1::text[], $2::text[]) AS taken (source, message_id)
         WHERE q.state = 'held' AND q.source = taken.source AND q.message_id = taken.message_id
        """,
        *columns(keys),
        now,
    )


async def kept_messages(conn: Connection) -> list[Kept]:
    """List the messages that wait for a human or for what is missing, oldest first."""
    found = await conn.fetch("SELECT * FROM quarantine WHERE state IN ('waiting', 'held') ORDER BY id")
    return [read_kept(row) for row in found]


async def count_kept(conn: Connection) -> dict[str, int]:
    """Count the messages that wait or are held."""
    found = await conn.fetch(
        "SELECT state, count(*) AS n FROM quarantine WHERE state IN ('waiting', 'held') GROUP BY state"
    )
    return {row["state"]: row["n"] for row in found}


async def find_kept(conn: Connection, kept_id: int) -> Kept | None:
    """Find a message in quarantine, locked."""
    row = await conn.fetchrow("SELECT * FROM quarantine WHERE id = $1 FOR UPDATE", kept_id)
    return read_kept(row) if row else None


def headers(delivery: Delivery) -> bytes:
    """Write a message's headers as they are kept."""
    return json.dumps(dict(delivery.headers), default=_plain, sort_keys=True).encode()


def _plain(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return value.decode(errors="replace")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def fingerprint(delivery: Delivery) -> bytes:
    """Return what two deliveries of the same message have in common."""
    parts = (delivery.system.encode(), (delivery.content_type or "").encode(), headers(delivery), delivery.body)
    return hashlib.sha256(b"\0".join(parts)).digest()


def read_kept(row: asyncpg.Record) -> Kept:
    """Read a message in quarantine from its row."""
    return Kept(
        id=row["id"],
        state=row["state"],
        delivery=Delivery(
            row["routing_key"], row["content_type"], json.loads(row["headers"]), row["body"], row["received_at"]
        ),
        source=row["source"],
        message_id=row["message_id"],
        message_type=row["message_type"],
        organisation_key=row["organisation_key"],
        faults=tuple(Fault(**fault) for fault in json.loads(row["faults"])),
        times=row["times"],
    )
