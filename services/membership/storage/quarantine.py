"""All SQL that keeps messages which cannot be taken in, finds them again, and at last removes them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from shared.database.pool import Connection
from shared.errors import NotFound

from ..messages import Keeping, Kept
from ..records import OrganisationKey
from .quarantine_rows import fingerprint, headers, read_kept, written_faults
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
        [written_faults(message.faults) for message in different.values()],
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


async def waiting_messages(
    conn: Connection, organisations: Collection[OrganisationKey], brought: Collection[OrganisationKey]
) -> list[Kept]:
    """List the messages that wait for what is missing of some organisations, locked.

    Of an organisation that is neither brought now nor there already, nothing can be missing but itself.
    """
    if not organisations:
        return []
    found = await conn.fetch(
        """
        SELECT q.*
          FROM quarantine AS q
          JOIN unnest($1::text[], $2::text[], $3::boolean[]) AS wanted (source, organisation_key, brought)
         USING (source, organisation_key)
         WHERE q.state = 'waiting'
           AND (
               brought
               OR EXISTS (SELECT FROM organisations AS o WHERE (o.source, o.key) = (q.source, q.organisation_key))
               OR EXISTS (SELECT FROM organisation_links AS l WHERE (l.source, l.key) = (q.source, q.organisation_key))
               )
         ORDER BY q.id
           FOR UPDATE OF q
        """,
        *columns(organisations),
        [key in brought for key in organisations],
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


async def get_kept(conn: Connection, kept_id: int) -> Kept:
    """Return a message in quarantine; raise NotFound."""
    row = await conn.fetchrow("SELECT * FROM quarantine WHERE id = $1", kept_id)
    if row is None:
        raise NotFound(f"no message {kept_id} in quarantine")
    return read_kept(row)


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
