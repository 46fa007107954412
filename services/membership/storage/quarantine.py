"""All SQL that keeps messages which cannot be taken in, and settles them; each step leaves a line of history."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg

from shared.contracts.upstream import Fault
from shared.database.pool import Connection

from ..messages import Delivery, Keeping, Kept
from ..quarantine import Act, State, Tried
from .rows import columns


async def add_kept(conn: Connection, messages: Sequence[Keeping]) -> None:
    """Keep messages; one that is kept already is counted, and one that was given up waits anew when it comes again.

    What a human made of a message stands, however often the message comes again. That it came again is written down
    once an hour.
    """
    if not messages:
        return
    different, times = _counted(messages)
    deliveries = [message.delivery for message in different.values()]
    await conn.execute(
        """
        WITH kept AS (
            INSERT INTO quarantine
                   (state, system, routing_key, content_type, headers, body, fingerprint, source, message_id,
                    message_type, organisation_key, faults, received_at, last_received_at, wait_until, times)
            SELECT CASE WHEN wait_until IS NULL THEN 'held' ELSE 'waiting' END, system, routing_key, content_type,
                   headers, body, fingerprint, source, message_id, message_type, organisation_key, faults::jsonb,
                   received_at, received_at, wait_until, times
              FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[],
                          $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[],
                          $14::integer[])
                   WITH ORDINALITY
                AS new (system, routing_key, content_type, headers, body, fingerprint, source, message_id,
                        message_type, organisation_key, faults, received_at, wait_until, times, position)
             ORDER BY position
                ON CONFLICT (fingerprint) WHERE state IN ('waiting', 'held') DO UPDATE
               SET state = CASE WHEN excluded.state = 'waiting' THEN 'waiting' ELSE quarantine.state END,
                   wait_until = coalesce(quarantine.wait_until, excluded.wait_until),
                   times = CASE
                       WHEN quarantine.state = 'held' AND excluded.state = 'waiting' THEN excluded.times
                       ELSE quarantine.times + excluded.times
                   END,
                   last_received_at = excluded.last_received_at,
                   faults = CASE WHEN quarantine.edited IS NULL THEN excluded.faults ELSE quarantine.faults END
            RETURNING id, last_received_at AS at, faults, xmax = 0 AS new
        )
        INSERT INTO quarantine_history (quarantine_id, at, what, faults)
        SELECT id, at, CASE WHEN new THEN 'kept' ELSE 'came_again' END, CASE WHEN new THEN faults END
          FROM kept
         WHERE new
            OR NOT EXISTS (
                   SELECT FROM quarantine_history AS earlier
                    WHERE earlier.quarantine_id = kept.id
                      AND earlier.what = 'came_again'
                      AND earlier.at > kept.at - interval '1 hour'
               )
         ORDER BY id
        """,
        [delivery.system for delivery in deliveries],
        [delivery.routing_key for delivery in deliveries],
        [delivery.content_type for delivery in deliveries],
        [headers(delivery) for delivery in deliveries],
        [delivery.body for delivery in deliveries],
        list(different),
        [message.source for message in different.values()],
        [message.message_id for message in different.values()],
        [message.message_type for message in different.values()],
        [message.organisation_key for message in different.values()],
        [_faults(message.faults) for message in different.values()],
        [delivery.received_at for delivery in deliveries],
        [message.wait_until for message in different.values()],
        list(times.values()),
    )


def _counted(messages: Sequence[Keeping]) -> tuple[dict[bytes, Keeping], dict[bytes, int]]:
    """Return the messages that differ, by fingerprint, and how often each is there."""
    different: dict[bytes, Keeping] = {}
    times: dict[bytes, int] = {}
    for message in messages:
        key = fingerprint(message.delivery)
        different[key] = message
        times[key] = times.get(key, 0) + 1
    return different, times


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
    """List messages that have waited long enough, locked; not where what they wait for may be set aside by a pause."""
    found = await conn.fetch(
        """
        SELECT *
          FROM quarantine
         WHERE state = 'waiting' AND wait_until <= $1
           AND system NOT IN (
               SELECT name FROM systems WHERE paused_at IS NOT NULL
                UNION
               SELECT system FROM quarantine WHERE state = 'paused'
               )
         ORDER BY wait_until, id
         LIMIT $2
           FOR UPDATE SKIP LOCKED
        """,
        now,
        most,
    )
    return [read_kept(row) for row in found]


async def find_kept(conn: Connection, kept_id: int) -> Kept | None:
    """Find a message in quarantine."""
    row = await conn.fetchrow("SELECT * FROM quarantine WHERE id = $1", kept_id)
    return read_kept(row) if row else None


async def messages_in_quarantine(conn: Connection, ids: Collection[int]) -> list[Kept]:
    """List messages by their ids in quarantine."""
    found = await conn.fetch("SELECT * FROM quarantine WHERE id = ANY($1::bigint[]) ORDER BY id", list(ids))
    return [read_kept(row) for row in found]


async def short_messages(conn: Connection, ids: Collection[int], most_octets: int) -> list[Kept]:
    """List messages by their ids in quarantine, but those that are longer."""
    found = await conn.fetch(
        """
        SELECT *
          FROM quarantine
         WHERE id = ANY($1::bigint[]) AND octet_length(coalesce(edited, body)) <= $2
         ORDER BY id
        """,
        list(ids),
        most_octets,
    )
    return [read_kept(row) for row in found]


async def locked_messages(conn: Connection, ids: Collection[int]) -> list[Kept]:
    """List messages by their ids in quarantine, locked."""
    found = await conn.fetch("SELECT * FROM quarantine WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", list(ids))
    return [read_kept(row) for row in found]


async def mark_settled(
    conn: Connection, notes: Mapping[int, str | None], state: State, now: datetime, act: Act | None = None
) -> None:
    """Set messages, by their ids in quarantine, to another state, each with a note.

    They were given up (held), taken in (replayed), repaired by their system (cleared) or put aside (dismissed), by
    somebody's act or by themselves.
    """
    if not notes:
        return
    await conn.execute(
        """
        WITH settled AS (
            UPDATE quarantine AS q
               SET state = $3,
                   wait_until = NULL,
                   settled_at = CASE WHEN $3 = 'held' THEN NULL ELSE $4::timestamptz END
              FROM unnest($1::bigint[], $2::text[]) AS given (id, note)
             WHERE q.id = given.id
            RETURNING q.id, given.note
        )
        INSERT INTO quarantine_history (quarantine_id, at, what, who, act, note)
        SELECT id, $4, CASE WHEN $3 = 'held' THEN 'given_up' ELSE $3 END, $5, $6, note
          FROM settled
         ORDER BY id
        """,
        list(notes),
        list(notes.values()),
        state,
        now,
        act.who if act else None,
        act.id if act else None,
    )


async def mark_cleared(conn: Connection, repaired: Collection[tuple[str, str, str]], now: datetime) -> None:
    """Clear what was held of messages `(system, source, id)` that are now taken in."""
    await conn.execute(
        """
        WITH cleared AS (
            UPDATE quarantine AS q
               SET state = 'cleared', settled_at = $4
              FROM unnest($1::text[], $2::text[], $3::text[]) AS taken (system, source, message_id)
             WHERE q.state = 'held'
               AND (q.system, q.source, q.message_id) = (taken.system, taken.source, taken.message_id)
            RETURNING q.id
        )
        INSERT INTO quarantine_history (quarantine_id, at, what)
        SELECT id, $4, 'cleared' FROM cleared ORDER BY id
        """,
        *([one[column] for one in repaired] for column in range(3)),
        now,
    )


async def mark_edited(conn: Connection, kept: Kept, act: Act) -> None:
    """Keep what a human made of a message, with what can be read of it and what is still wrong with it."""
    await conn.execute(
        """
        WITH edited AS (
            UPDATE quarantine
               SET edited = $2, source = $3, message_id = $4, message_type = $5, organisation_key = $6,
                   faults = $7::text::jsonb
             WHERE id = $1
            RETURNING id, faults
        )
        INSERT INTO quarantine_history (quarantine_id, at, what, who, act, faults)
        SELECT id, $8, 'edited', $9, $10, faults FROM edited
        """,
        kept.id,
        kept.edited,
        kept.source,
        kept.message_id,
        kept.message_type,
        kept.organisation_key,
        _faults(kept.faults),
        act.at,
        act.who,
        act.id,
    )


async def is_used_up(conn: Connection, source: str, message_id: str, *, but_for: int) -> bool:
    """Tell whether a message of that id was taken in, or is open in quarantine beside the one meant."""
    used: bool = await conn.fetchval(
        """
        SELECT EXISTS (SELECT FROM upstream_messages WHERE source = $1 AND message_id = $2)
            OR EXISTS (
                   SELECT FROM quarantine
                    WHERE source = $1 AND message_id = $2 AND id <> $3 AND state IN ('waiting', 'held', 'paused')
               )
        """,
        source,
        message_id,
        but_for,
    )
    return used


async def add_failures(conn: Connection, tried: Sequence[Tried], act: Act) -> None:
    """Write down of messages that they could not be taken in, and what is wrong with them now, where that was found."""
    await conn.execute(
        """
        WITH failed AS (
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) AS failed (id, note, faults)
        ), described AS (
            UPDATE quarantine AS q
               SET faults = failed.faults::jsonb
              FROM failed
             WHERE q.id = failed.id AND failed.faults <> '[]'
        )
        INSERT INTO quarantine_history (quarantine_id, at, what, who, act, note, faults)
        SELECT id, $4, 'replay_failed', $5, $6, note, faults::jsonb FROM failed ORDER BY id
        """,
        [one.id for one in tried],
        [one.note for one in tried],
        [_faults(one.faults) for one in tried],
        act.at,
        act.who,
        act.id,
    )


async def remove_settled(conn: Connection, before: datetime, most: int) -> int:
    """Remove messages that were settled before a moment, with their history; return how many."""
    removed = await conn.fetch(
        """
        DELETE FROM quarantine
         WHERE id IN (
                   SELECT id FROM quarantine WHERE settled_at < $1 ORDER BY settled_at LIMIT $2 FOR UPDATE SKIP LOCKED
               )
        RETURNING id
        """,
        before,
        most,
    )
    return len(removed)


def headers(delivery: Delivery) -> bytes:
    """Write a message's headers as they are kept."""
    return json.dumps(dict(delivery.headers), default=_plain, sort_keys=True).encode()


def _plain(value: object) -> str:
    if isinstance(value, bytearray):
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
        faults=read_faults(row["faults"]),
        times=row["times"],
        edited=row["edited"],
    )


def read_faults(written: str | None) -> tuple[Fault, ...]:
    """Read faults from their column."""
    return tuple(Fault(**fault) for fault in json.loads(written or "[]"))


def _faults(faults: Sequence[Fault]) -> str:
    return json.dumps([fault.model_dump() for fault in faults])
