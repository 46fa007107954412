"""Keeps processes from one another's organisations, contacts and addresses: names of things, locked by their hash.

Whoever locks both locks the organisations first, all of one kind in one order: so nobody waits in a circle.
"""

from collections.abc import Collection, Sequence

from shared.database.pool import Connection

from ..messages import Reported, awaited, contact_keys, contacts_of, waits_for
from ..records import OrganisationKey

LOCKS = 2048
ORGANISATIONS, PEOPLE = "membership.organisations", "membership.people"


async def lock_subjects(conn: Connection, group: Sequence[Reported]) -> None:
    """Keep other processes from what messages are about, or wait for, until the transaction ends."""
    await lock_organisations(conn, {key for r in group for key in [*awaited(r), (r.source, waits_for(r))]})


async def lock_organisations(conn: Connection, organisations: Collection[OrganisationKey]) -> None:
    """Keep other processes from organisations, until the transaction ends."""
    await _lock(conn, ORGANISATIONS, {f"{source} {key}" for source, key in organisations})


async def lock_people(conn: Connection, group: Sequence[Reported]) -> None:
    """Keep other processes from the contacts and addresses that messages name, until the transaction ends."""
    contacts = {f"c {r.source} {key}" for r in group for key in contact_keys(r.message)}
    addresses = {f"e {contact.email.lower()}" for r in group for contact in contacts_of(r.message)}
    await _lock(conn, PEOPLE, contacts | addresses)


async def _lock(conn: Connection, kind: str, things: Collection[str]) -> None:
    """Lock things of a kind by their names, in one order for everybody."""
    if not things:
        return
    await conn.execute(
        """
        SELECT pg_advisory_xact_lock(hashtext($3), bucket)
          FROM (
              SELECT DISTINCT abs(hashtext(thing) % $2::integer) AS bucket
                FROM unnest($1::text[]) AS thing
               ORDER BY bucket
          ) AS sorted
        """,
        sorted(things),
        LOCKS,
        kind,
    )
