"""Keeps the register of the systems that may report: what is said of each, and which of them are paused."""

from collections.abc import Sequence
from datetime import datetime

from shared.database.pool import Connection
from shared.errors import Invalid

from .. import storage
from ..systems import System


async def describe(
    conn: Connection,
    name: str,
    *,
    sources: Sequence[str],
    owner: str | None,
    language: str | None,
    most_per_hour: int | None,
    known_since: datetime | None,
) -> System:
    """Add a system, or change what is said of it; None leaves a thing as it is, and sources are added to those it has.

    `known_since` is for one that the broker knows already; without it a new system is half added.

    Raises:
        Invalid: a new system has no source or no owner.
        SourceTaken: a source belongs to another system.
    """
    found = await storage.find_system(conn, name)
    if found is None and not sources:
        raise Invalid("--source is missing: which CloudEvents source it speaks for, such as /register", field="source")
    if found is None and owner is None:
        raise Invalid("--owner is missing: the address of who is told when something is amiss with it", field="owner")
    await storage.add_system(conn, name, known_since)
    await storage.describe_system(conn, name, owner, language, most_per_hour)
    for source in sources:
        await storage.allow_source(conn, name, source)
    return await storage.get_system(conn, name)


async def pause(conn: Connection, name: str, now: datetime) -> System:
    """Have what a system publishes set aside from now on, and return the system; raises NotFound."""
    found = await storage.get_system(conn, name)
    await storage.mark_paused(conn, name, found.paused_at or now)
    return await storage.get_system(conn, name)


async def resume(conn: Connection, name: str) -> System:
    """Let a system go on, and return it as it was; raises NotFound."""
    found = await storage.get_system(conn, name)
    await storage.mark_paused(conn, name, None)
    return found
