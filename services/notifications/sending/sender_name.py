"""The name of a sender, which one process alone may have at a time."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg

from shared.database.pool import Connection, Database
from shared.errors import Trouble

from .. import storage

ANSWER_SECONDS = 5


class NameIsTaken(Trouble):
    """Another process sends under this name. Its e-mails would be taken for our own from before a restart."""

    def __init__(self, sender: str) -> None:
        super().__init__(f"another process sends under the name {sender}: set SENDER")


class SenderName:
    """Holds a name for as long as this process lives, on a connection of its own."""

    def __init__(self, database: Database, sender: str) -> None:
        self._database = database
        self._sender = sender
        self._lent = AsyncExitStack()
        self._holding: Connection | None = None

    @property
    def is_held(self) -> bool:
        """Whether the name is held, as far as is known by now."""
        return self._holding is not None and not _is_lost(self._holding)

    async def hold(self) -> bool:
        """Hold the name, and say whether it was held all along; raise NameIsTaken."""
        if self.is_held and await self._is_still_held():
            return True
        await self.release()
        conn = await self._lent.enter_async_context(self._database.connection())
        if not await storage.hold_sender(conn, self._sender):
            await self.release()
            raise NameIsTaken(self._sender)
        self._holding = conn
        return False

    async def release(self) -> None:
        """Let others have the name."""
        self._holding = None
        await self._lent.aclose()

    async def _is_still_held(self) -> bool:
        """Ask the server: a connection may be gone without a word, and who holds the name may hold it once more."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return self._holding is not None and await storage.hold_sender(self._holding, self._sender)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False


def _is_lost(conn: Connection) -> bool:
    """Tell whether a connection is gone; of one that the pool has taken back the driver says so by an error."""
    try:
        return conn.is_closed()
    except asyncpg.InterfaceError:
        return True
