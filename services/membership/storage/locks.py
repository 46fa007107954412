"""Keeps processes from one another's organisations, contacts and addresses: names of things, locked by their hash."""

from collections.abc import Collection, Sequence

from shared.database.pool import Connection

from ..messages import Reported, awaited, contact_keys, contacts_of, waits_for
from ..records import OrganisationKey

LOCKS = 4096


def _organisation(source: str, key: str) -> str:
    """Name an organisation for a lock."""
    return f"o {source} {key}"


async def lock(conn: Connection, group: Sequence[Reported]) -> None:
    """Keep other processes from what messages may read, change or wait for, until the transaction ends."""
    things = {_organisation(source, key) for r in group for source, key in [*awaited(r), (r.source, waits_for(r))]}
    things |= {f"c {r.source} {key}" for r in group for key in contact_keys(r.message)}
    things |= {f"e {contact.email.lower()}" for r in group for contact in contacts_of(r.message)}
    await _lock(conn, things)


async def lock_organisations(conn: Connection, organisations: Collection[OrganisationKey]) -> None:
    """Keep other processes from organisations, until the transaction ends."""
    await _lock(conn, {_organisation(*key) for key in organisations})


async def _lock(conn: Connection, things: Collection[str]) -> None:
    """Lock things by their names, in one order for everybody."""
    if not things:
        return
    await conn.execute(
        """
        SELECT pg_advisory_xact_lock(hashtext('membership.register'), bucket)
          FROM (
              SELECT DISTINCT abs(hashtext(thing) % $2::integer) AS bucket
                FROM unnest($1::text[]) AS thing
               ORDER BY bucket
          ) AS sorted
        """,
        sorted(things),
        LOCKS,
    )
