"""Keeps processes from one another's organisations, contacts and addresses: names of things, locked by their hash.

Whoever waits for both waits for the organisations first, for all of one kind in one order: so nobody waits in a circle.
"""

from collections.abc import Collection, Sequence

from shared.database.pool import Connection

from ..messages import Reported
from ..records import OrganisationKey
from .links import find_links

LOCKS = 16384
ORGANISATIONS, PEOPLE = "membership.organisations", "membership.people"


async def lock_subjects(conn: Connection, group: Sequence[Reported], *, wait: bool) -> set[OrganisationKey]:
    """Keep other processes from what messages are about, wait for or make way for, until the transaction ends.

    Return what others have of that already, unless it is waited for.
    """
    keys = {key for r in group for key in r.subjects}
    if wait:
        await lock_organisations(conn, keys)
        return set()
    links = await find_links(conn, keys)
    locks = {key: {_organisation(key), _organisation(links.get(key, key))} for key in keys}
    taken = await _lock_free(conn, ORGANISATIONS, set().union(*locks.values()))
    return {key for key, names in locks.items() if not names.isdisjoint(taken)}


async def lock_organisations(conn: Connection, organisations: Collection[OrganisationKey]) -> None:
    """Keep other processes from organisations, until the transaction ends."""
    await _lock(conn, ORGANISATIONS, {_organisation(key) for key in organisations})


async def lock_people(conn: Connection, group: Sequence[Reported], *, wait: bool) -> set[OrganisationKey]:
    """Keep other processes from the contacts and addresses that messages name, until the transaction ends.

    Return what the messages are about that name somebody whom others have already, unless these are waited for.
    """
    named = [(r, _people(r)) for r in group]
    people = set().union(*(names for _, names in named))
    if wait:
        await _lock(conn, PEOPLE, people)
        return set()
    taken = await _lock_free(conn, PEOPLE, people)
    return {key for r, names in named if not names.isdisjoint(taken) for key in r.subjects}


def _organisation(key: OrganisationKey) -> str:
    return " ".join(key)


def _people(reported: Reported) -> set[str]:
    contacts = {f"c {reported.source} {key}" for key in reported.contact_keys}
    return contacts | {f"e {contact.email.lower()}" for contact in reported.contacts}


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


async def _lock_free(conn: Connection, kind: str, things: Collection[str]) -> set[str]:
    """Lock what nobody else has of things of a kind, and return the names of the others."""
    if not things:
        return set()
    taken = await conn.fetch(
        """
        SELECT thing
          FROM unnest($1::text[]) AS thing
         WHERE NOT pg_try_advisory_xact_lock(hashtext($3), abs(hashtext(thing) % $2::integer))
        """,
        list(things),
        LOCKS,
        kind,
    )
    return {row["thing"] for row in taken}
