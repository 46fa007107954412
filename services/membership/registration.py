"""Changes the broker and the database together, so that running a half-done change again completes it.

A system is first known to the database and then let into the broker, and goes the other way: it never publishes without
being known. The broker's definitions are read first, so that nothing is begun while the broker is away.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from shared.database.pool import AWAY, Connection, DatabaseAway
from shared.errors import Conflict, Trouble

from . import rights, storage, use_cases
from .broker import Broker
from .systems import new_password, password_hash


class NameTaken(Conflict):
    """Another of the broker's users has this name."""

    code = "name_taken"


class HalfDone(Trouble):
    """The broker or the database went away in the middle; running the same again completes it."""


async def add(
    conn: Connection,
    broker: Broker,
    name: str,
    *,
    sources: Sequence[str],
    owner: str | None,
    language: str | None,
    most_per_hour: int | None,
    now: datetime,
) -> str | None:
    """Let a system report, mend what is amiss with one that may, or change what is said of it.

    Returns its password where a new one was made. A system that the broker or the database knows keeps the one it has.

    Raises:
        Invalid, SourceTaken: see use_cases.describe.
        NameTaken: another of the broker's users has this name.
        BrokerRefuses: nothing was begun.
        HalfDone: run the same again.
    """
    found = await broker.definitions()
    there = rights.password_at(found, name)
    if rights.is_anothers(found, name) and await storage.find_system(conn, name) is None:
        raise NameTaken(f"{name} is the name of another user of the broker", field="name")
    async with conn.transaction():
        system = await use_cases.describe(
            conn,
            name,
            sources=sources,
            owner=owner,
            language=language,
            most_per_hour=most_per_hour,
            known_since=now if there else None,
        )
    known_as, password = there or system.password_hash, None
    if known_as is None or system.added_at is None:
        password = new_password()
        known_as = password_hash(password)
    async with _begun():
        await let_in(broker, name, known_as)
        await storage.mark_added(conn, name, known_as, now)
    return password


async def rotate(conn: Connection, broker: Broker, name: str, now: datetime) -> str:
    """Give a system a new password, end all that it has opened with the old one, and return the new one.

    Raises:
        NotFound: no system has this name.
        HalfDone: run the same again.
    """
    await storage.get_system(conn, name)
    password = new_password()
    known_as = password_hash(password)
    async with _begun():
        await let_in(broker, name, known_as)
        await broker.close_connections(name)
        await storage.mark_added(conn, name, known_as, now)
    return password


async def remove(conn: Connection, broker: Broker, name: str) -> None:
    """Let a system report no longer; its unread answers go, and what it reported stays.

    Raises:
        NotFound: neither the database nor the broker knows a system of this name.
        BrokerRefuses: nothing was begun.
        HalfDone: run the same again.
    """
    found = await broker.definitions()
    if name not in rights.systems_at(found):
        await storage.get_system(conn, name)
    async with _begun():
        await broker.remove(name)
        await storage.remove_system(conn, name)


async def let_in(broker: Broker, name: str, known_as: str) -> None:
    """Have the broker let a system in by the password of this hash; raises BrokerRefuses."""
    await broker.define({**rights.user_of(name, known_as), **rights.rights_of(name)})


@asynccontextmanager
async def _begun() -> AsyncIterator[None]:
    """Say of what fails from here on that it is half done."""
    try:
        yield
    except (Trouble, *AWAY) as why:
        words = why if isinstance(why, Trouble) else DatabaseAway(why)
        raise HalfDone(f"{words}; it may be half done: run the same again") from why
