"""The writes themselves: one statement a table for a group of messages, however many there are in it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

import asyncpg
from pydantic_core import to_json

from bench.intake.expected import message_type
from bench.intake.rows import Row
from deploy.local.demo.messages import SOURCE, SYSTEM, Message

from .plan import Keeping, Speech, Writes

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]

# In the order in which they refer to each other: the columns, and those by which a row is known that changes.
TABLES = {
    "organisations": (
        "id source key name kind town municipality_code region cvr website described_time described_id joined_time \
joined_id starts_on left_time left_id left_on ends_on reason said version",
        "id",
    ),
    "people": ("id name email phone language version", "id"),
    "contacts": ("source key person_id name email phone language position_time position_id", "source, key"),
    "mandates": ("id organisation_id person_id role title starts_on ends_on said version", "id"),
    "appointments": (
        "organisation_id source contact_key appointed_time appointed_id since ended_time ended_id ended_on titled_time \
titled_id role title mandate_id",
        "organisation_id, source, contact_key",
    ),
    "member_history": ("organisation_id status since reason version", ""),
    "upstream_messages": (
        "source message_id system message_type outcome organisation_id organisation_version changes",
        "",
    ),
    "personal_changes": ("source message_id person_id thing id fields", ""),
}
KEEP = """
    WITH kept AS (
        INSERT INTO quarantine (state, routing_key, headers, body, fingerprint, message_id, message_type,
                                organisation_key, faults, wait_until, times, system, source, content_type, received_at,
                                last_received_at)
        SELECT state, routing_key, headers, body, fingerprint, message_id, message_type, organisation_key,
               faults::jsonb, wait_until, times, $12, $13, 'application/json', now(), now()
          FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::text[], $7::text[],
                      $8::text[], $9::text[], $10::timestamptz[], $11::integer[])
            AS new (state, routing_key, headers, body, fingerprint, message_id, message_type, organisation_key,
                    faults, wait_until, times)
            ON CONFLICT (fingerprint) WHERE state IN ('waiting', 'held') DO UPDATE
           SET times = quarantine.times + excluded.times, last_received_at = excluded.last_received_at
        RETURNING id, faults, xmax = 0 AS new
    )
    INSERT INTO quarantine_history (quarantine_id, at, what, faults)
    SELECT id, now(), CASE WHEN new THEN 'kept' ELSE 'came_again' END, faults FROM kept
    """
REPLAYED = """
    WITH settled AS (
        UPDATE quarantine
           SET state = 'replayed', wait_until = NULL, settled_at = now()
         WHERE fingerprint = ANY($1::bytea[]) AND state IN ('waiting', 'held')
        RETURNING id
    )
    INSERT INTO quarantine_history (quarantine_id, at, what, note)
    SELECT id, now(), 'replayed', 'accepted' FROM settled
    """
SAY = """
    INSERT INTO outbox (exchange, routing_key, event_id, event_type, correlation_id, body, mandatory, created_at)
    SELECT exchange, routing_key, event_id, event_type, correlation_id, body, exchange = 'membership.events', now()
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
        AS new (exchange, routing_key, event_id, event_type, correlation_id, body)
    """


async def write(conn: "Connection", group: Sequence[Writes]) -> None:
    """Write what follows from a group of messages; of several states of a row the last."""
    rows: dict[str, dict[str, Row]] = {}
    for table, key, row in chain.from_iterable(writes.rows for writes in group):
        rows.setdefault(table, {})[key] = row
    for table, statement in STATEMENTS.items():
        if table in rows:
            await conn.execute(statement, to_json(list(rows[table].values())).decode())
    if kept := [keeping for writes in group for keeping in writes.kept]:
        await _keep(conn, kept)
    if replayed := [message for writes in group for message in writes.replayed]:
        await conn.execute(REPLAYED, list(map(_fingerprint, replayed)))
    if said := [speech for writes in group for speech in writes.said]:
        await _say(conn, said)


async def _keep(conn: "Connection", kept: Sequence[Keeping]) -> None:
    times = Counter(_fingerprint(keeping.message) for keeping in kept)
    different = {_fingerprint(keeping.message): keeping for keeping in kept}.values()
    await conn.execute(
        KEEP,
        [keeping.state for keeping in different],
        [keeping.message.routing_key for keeping in different],
        [to_json(keeping.message.headers) for keeping in different],
        [keeping.message.body for keeping in different],
        list(times),
        [keeping.message.id for keeping in different],
        [message_type(keeping.message) for keeping in different],
        [keeping.organisation_key for keeping in different],
        [to_json(keeping.faults).decode() for keeping in different],
        [keeping.wait_until for keeping in different],
        list(times.values()),
        SYSTEM,
        SOURCE,
    )


async def _say(conn: "Connection", said: Sequence[Speech]) -> None:
    await conn.execute(
        SAY,
        [speech.exchange for speech in said],
        [speech.routing_key for speech in said],
        [str(uuid4()) for _ in said],
        [speech.event_type for speech in said],
        [speech.correlation_id for speech in said],
        [to_json(speech.body) for speech in said],
    )


def _fingerprint(message: Message) -> bytes:
    return hashlib.sha256(message.id.encode()).digest()


def _statement(table: str, columns: str, known_by: str) -> str:
    listed = columns.replace(" ", ", ")
    insert = f"INSERT INTO {table} ({listed}) SELECT {listed} FROM jsonb_populate_recordset(NULL::{table}, $1)"
    if not known_by:
        return f"{insert} ON CONFLICT DO NOTHING"
    news = ", ".join(f"{name} = excluded.{name}" for name in columns.split() if name not in known_by.split(", "))
    return f"{insert} ON CONFLICT ({known_by}) DO UPDATE SET {news}"


STATEMENTS = {table: _statement(table, *described) for table, described in TABLES.items()}
