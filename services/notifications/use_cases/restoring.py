"""A database that was restored from a backup mails nothing that was due before, unless an operator says so."""

from datetime import datetime
from uuid import UUID

from shared import logs
from shared.database.pool import Connection
from shared.errors import Conflict

from .. import storage
from ..sending.restoring import ALIVE, is_restored

log = logs.get(__name__)


class NothingHeldBack(Conflict):
    """Nothing is held back, because no restored database was noticed, or somebody has decided already."""

    code = "nothing_held_back"


async def begin_sending(conn: Connection, sender: str, volume: UUID, remembered: int | None, now: datetime) -> int:
    """Have a sender begin, and hold back what is due where the database was restored; return how far it has counted."""
    if is_restored(sender, await storage.known_senders(conn), volume, remembered, now):
        held_back = await storage.hold_back(conn, sender, now=now, alive_since=now - ALIVE)
        log.error("the database was restored from a backup, or the journal's volume is a new one", held_back=held_back)
    return await storage.keep_sender(conn, sender, volume, remembered or 0, now)


async def release_held_back(conn: Connection, now: datetime) -> int:
    """Mail what is held back after all; raises NothingHeldBack."""
    return _some(await storage.release_held_back(conn, now))


async def dismiss_held_back(conn: Connection) -> int:
    """Never mail what is held back; raises NothingHeldBack."""
    return _some(await storage.dismiss_held_back(conn))


def _some(count: int) -> int:
    if not count:
        raise NothingHeldBack("nothing is held back")
    return count
