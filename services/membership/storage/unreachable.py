"""SQL of the addresses to which mail is refused."""

from collections.abc import Sequence

import asyncpg

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


async def unreachable_people(conn: Connection) -> list[asyncpg.Record]:
    """List to whom mail is refused, the newest first: whom they act for, and what each source calls them."""
    return await conn.fetch(
        """
        SELECT p.id, p.name, p.email, u.reason, u.since, u.until,
               ARRAY(
                   SELECT DISTINCT o.name
                     FROM mandates AS m
                     JOIN organisations AS o ON o.id = m.organisation_id
                    WHERE m.person_id = p.id
                      AND m.said
                    ORDER BY o.name
               ) AS organisations,
               ARRAY(
                   SELECT c.source || ' ' || c.key FROM contacts AS c WHERE c.person_id = p.id ORDER BY c.source, c.key
               ) AS contacts
          FROM unreachable_addresses AS u
          JOIN people AS p ON encode(sha256(convert_to(p.email_key, 'UTF8')), 'hex') = u.digest
         WHERE u.ended_at IS NULL
         ORDER BY u.since DESC, p.id
        """
    )
