"""SQL of the addresses to which mail is refused."""

from collections.abc import Sequence

from shared.contracts.notifications import AddressUnreachable
from shared.database.pool import Connection


async def keep_unreachable(conn: Connection, events: Sequence[AddressUnreachable]) -> None:
    """Keep what was said of addresses, where that is newer; each suppression at most once."""
    await conn.execute(
        """
        INSERT INTO unreachable_addresses AS u (suppression_id, digest, reason, since, until, ended_at, version)
        SELECT *
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                      $7::integer[])
            ON CONFLICT (suppression_id) DO UPDATE
           SET ended_at = excluded.ended_at, version = excluded.version
         WHERE excluded.version > u.version
        """,
        [event.suppression_id for event in events],
        [event.address_digest for event in events],
        [event.reason for event in events],
        [event.since for event in events],
        [event.until for event in events],
        [event.ended_at for event in events],
        [event.version for event in events],
    )
