"""The part that sends: some connections side by side, and a broom behind them."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import asyncpg

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection as DatabaseConnection
from shared.database.pool import Database
from shared.errors import Trouble
from shared.messaging.batches import Batches
from shared.parts import Loop

from . import storage, use_cases
from .domain import Attempt
from .sending import Line
from .smtp import Connection
from .writing import Writer

log = logs.get(__name__)

CONNECTIONS = 4
SWEEP_SECONDS = 5.0
DRAIN_SECONDS = 8.0


class NameIsTaken(Trouble):
    """Another process sends under this name. Its e-mails would be taken for our own from before a restart."""

    def __init__(self, sender: str) -> None:
        super().__init__(f"another process sends under the name {sender}: set SENDER")


class Delivery:
    """Sends what is queued. Any number of processes may, each under a name of its own (SENDER)."""

    name = "delivery"

    def __init__(
        self, database: Database, connect: Callable[[], Connection], writer: Writer, sender: str, now: Clock
    ) -> None:
        self._database = database
        self._letterhead = writer.letterhead
        self._sender = sender
        self._now = now
        self._attempts: Batches[Attempt] = Batches(database, self._record)
        self._lines = [
            Line(
                database,
                connect(),
                writer,
                sender,
                now,
                record=self._attempts.put,
                overflow=self._helper_of(position),
            )
            for position in range(CONNECTIONS)
        ]
        self._sweeper = Loop("delivery sweeper", self._sweep, pause=SWEEP_SECONDS)
        self._name_held = AsyncExitStack()
        self._holding: DatabaseConnection | None = None
        self._begun = False

    def wake(self) -> None:
        """Look into the queue now; one connection looks, and gets the others to help when there is much."""
        self._lines[0].wake()

    async def start(self) -> None:
        await self._attempts.start()
        await self._sweeper.start()

    async def stop(self) -> None:
        """Finish what is being handed over, hand back the rest."""
        await self._sweeper.stop()
        await asyncio.gather(*(line.finish(DRAIN_SECONDS) for line in self._lines))
        await self._attempts.stop()
        await self._name_held.aclose()

    async def trouble(self) -> str | None:
        troubles = [await self._sweeper.trouble(), *[await line.trouble() for line in self._lines]]
        return next((trouble for trouble in troubles if trouble), None)

    async def _sweep(self) -> bool:
        await self._hold_name()
        if not self._begun:
            await self._begin()
        async with self._database.transaction() as conn:
            await use_cases.sweep(conn, self._now())
            await use_cases.keep_suppressions(conn, self._letterhead, self._now())
        return False

    async def _hold_name(self) -> None:
        """Hold the name for as long as this process lives, on a connection of its own."""
        if self._holding and not _is_lost(self._holding):
            return
        await self._name_held.aclose()
        conn = await self._name_held.enter_async_context(self._database.connection())
        if not await storage.hold_sender(conn, self._sender):
            await self._name_held.aclose()
            raise NameIsTaken(self._sender)
        self._holding = conn

    async def _begin(self) -> None:
        """Take up what was being sent when this sender went down, then send."""
        async with self._database.transaction() as conn:
            taken_back = await storage.take_back(conn, self._now(), restarted=self._sender)
        log.info("sender begins", sender=self._sender, taken_back=taken_back)
        for line in self._lines:
            await line.start()
        self._begun = True

    async def _record(self, conn: DatabaseConnection, attempts: Sequence[Attempt]) -> None:
        await use_cases.record(conn, self._sender, attempts)
        await use_cases.learn(conn, attempts, self._letterhead)

    def _helper_of(self, position: int) -> Callable[[], None]:
        return lambda: self._lines[(position + 1) % CONNECTIONS].wake()


def _is_lost(conn: DatabaseConnection) -> bool:
    """Tell whether a connection is gone; of one that the pool has taken back the driver says so by an error."""
    try:
        return conn.is_closed()
    except asyncpg.InterfaceError:
        return True
