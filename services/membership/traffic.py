"""Counts what each system sends, in memory, and writes it down once a second."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from shared.clock import Clock
from shared.database.pool import Database, DatabaseAway
from shared.parts import Loop

from . import metrics, rhythm, storage

WRITE_SECONDS = 1.0


class Traffic:
    """The door's counts; beside them it keeps, once a minute, that the door listens, where it does.

    They have a transaction of their own: in the door's, all its processes would wait for each other.
    """

    def __init__(self, database: Database, now: Clock, trouble: Callable[[], Awaitable[str | None]]) -> None:
        """`trouble`: why the door does not listen now, or None."""
        self._database = database
        self._now = now
        self._door_trouble = trouble
        self._counts: Counter[str] = Counter()
        self._marked: datetime | None = None
        self._loop = Loop("traffic", self._write, pause=WRITE_SECONDS)
        self.start = self._loop.start
        self.trouble = self._loop.trouble

    def count(self, system: str) -> None:
        """Count one message."""
        self._counts[system] += 1

    async def stop(self) -> None:
        """Write what is left."""
        await self._loop.stop()
        with suppress(DatabaseAway):
            await self._write()

    async def _write(self) -> bool:
        minute = self._now().replace(second=0, microsecond=0)
        listens = minute != self._marked and await self._door_trouble() is None
        if self._counts or listens:
            await self._write_down(minute, listens)
        return False

    async def _write_down(self, minute: datetime, listens: bool) -> None:
        counts, self._counts = self._counts, Counter()
        try:
            async with self._database.transaction() as conn:
                counted = await storage.add_traffic(conn, counts, minute)
                if listens:
                    await storage.mark_listening(conn, minute, rhythm.LAPSE)
        except BaseException:
            self._counts.update(counts)
            raise
        if listens:
            self._marked = minute
        for system in counted:
            metrics.MESSAGES.labels(system).inc(counts[system])
