"""The part that sends: a stock, connections that hand over what it holds, and a broom behind them."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection as DatabaseConnection
from shared.database.pool import Database, DatabaseAway
from shared.messaging.batches import Batches
from shared.parts import Loop

from . import storage, use_cases
from .domain import Attempt
from .sending.claims import Claims
from .sending.journal import Journal
from .sending.line import Line
from .sending.pacing import Paces, Pause, domain_of
from .sending.reports import Reports
from .sending.restoring import Memory
from .sending.sender_name import SenderName
from .sending.stock import Stock
from .smtp import Connection
from .writing.writer import Writer

log = logs.get(__name__)

CONNECTIONS = 4
LETTERS_A_CONNECTION = 10
RECORDED_AT_ONCE = 500
SWEEP_SECONDS = 5.0
DRAIN_SECONDS = 6.0
RECORD_SECONDS = 1.0


class Delivery:
    """Sends what is queued. Any number of processes may, each under a name of its own (SENDER)."""

    name = "delivery"

    def __init__(
        self,
        database: Database,
        connect: Callable[[], Connection],
        writer: Writer,
        sender: str,
        journals: Path,
        now: Clock,
    ) -> None:
        """`journals` is the folder of the journals of all senders of this machine."""
        self._database = database
        self._letterhead = writer.letterhead
        self._sender = sender
        self._now = now
        self._name = SenderName(database, sender)
        self._journal = Journal(journals, sender)
        self._memory = Memory(journals, self._journal.stem)
        self._beats = 0
        self._attempts: Batches[Attempt] = Batches(database, self._record, most=RECORDED_AT_ONCE)
        self._paces = Paces()
        self._pauses: dict[str, Pause] = {}
        self._reports = Reports(
            self._journal,
            self._attempts,
            self._paces,
            now,
            recorded=lambda: self._memory.keep(self._beats),
            paused=self._note_pause,
        )
        self._stock = Stock(
            Claims(database, sender, now),
            writer,
            may_begin=self._may_begin,
            leave_alone=self._leave_alone,
            report=self._reports.note,
            supply=self._supply,
        )
        self._lines = [
            Line(self._stock, connect(), report=self._reports.note, others_are_open=self._somebody_is_open)
            for _ in range(CONNECTIONS)
        ]
        self._sweeper = Loop("delivery sweeper", self._sweep, pause=SWEEP_SECONDS)
        self._begun = False
        # Look into the queue now.
        self.wake = self._stock.wake

    async def start(self) -> None:
        await self._attempts.start()
        await self._stock.start()
        for line in self._lines:
            await line.start()
        await self._sweeper.start()

    async def stop(self) -> None:
        """Finish what is being handed over, record it, hand back the rest."""
        await self._sweeper.stop()
        self._stock.close()
        await asyncio.gather(*(line.finish(DRAIN_SECONDS) for line in self._lines))
        await self._reports.all_recorded(RECORD_SECONDS)
        await self._attempts.stop()
        await self._stock.stop()
        if self._name.is_held:
            with suppress(DatabaseAway):  # then the next start takes it back
                await self._stock.hand_back()
                await self._pause_domains()
        self._journal.close()
        self._memory.close()
        await self._name.release()

    async def trouble(self) -> str | None:
        troubles = [await self._sweeper.trouble()]
        if self._begun:
            troubles += [await self._stock.trouble(), *[await line.trouble() for line in self._lines]]
        return next((trouble for trouble in troubles if trouble), None)

    async def _sweep(self) -> bool:
        if not await self._name.hold():
            self._begun = False
        if not (self._begun or await self._begin()):
            return False
        await self._pause_domains()
        async with self._database.transaction() as conn:
            await use_cases.sweep(conn, self._journal.left_by, self._now())
            await use_cases.keep_suppressions(conn, self._letterhead, self._now())
            beats = await storage.beat(conn, self._sender, self._now())
        self._memory.keep(beats)
        return False

    async def _pause_domains(self) -> None:
        """Have what waits for some domains wait longer, with what was claimed of it already."""
        pauses = dict(self._pauses)
        if pauses:
            await self._stock.settle()
            async with self._database.transaction() as conn:
                await use_cases.pause_domains(conn, list(pauses.values()))
            self._pauses = {domain: pause for domain, pause in self._pauses.items() if domain not in pauses}

    async def _begin(self) -> bool:
        """Take up what was being sent under this name, the journal first, then send; say whether that was possible.

        Where this process has lost the name and has it again, another may have sent meanwhile: so it lets go of all
        that is not on a connection, and of what became of that everything is recorded first.
        """
        in_hand = await self._stock.hand_back()
        if not await self._reports.all_recorded(RECORD_SECONDS):
            return False
        taken, now = self._journal.open(), self._now()
        volume, remembered = self._memory.read()
        async with self._database.transaction() as conn:
            beats = await use_cases.begin_sending(conn, self._sender, volume, remembered, now)
            recorded, taken_back = await use_cases.take_up(
                conn, self._sender, taken, self._journal.left_by, now, in_hand=in_hand
            )
        self._memory.keep(beats)
        self._journal.forget_earlier()
        log.info("sender begins", sender=self._sender, from_journal=recorded, taken_back=taken_back)
        self._begun = True
        self._stock.resume()
        return True

    def _may_begin(self) -> bool:
        """Whether this process has taken up what was sent under its name, and has that name still."""
        if self._begun and not self._name.is_held:
            self._sweeper.wake()
        return self._begun and self._name.is_held

    async def _record(self, conn: DatabaseConnection, attempts: Sequence[Attempt]) -> None:
        self._stock.leave(await use_cases.record(conn, self._sender, attempts))
        await use_cases.learn(conn, attempts, self._letterhead)
        self._beats = await storage.beat(conn, self._sender, self._now())

    def _supply(self, ready: int) -> None:
        """Get as many connections to work as are worth it, those first that are open."""
        idle = [line for line in self._lines if not line.is_busy]
        wanted = -(-ready // LETTERS_A_CONNECTION)
        for line in sorted(idle, key=lambda line: not line.is_open)[:wanted]:
            line.wake()

    def _somebody_is_open(self) -> bool:
        return any(line.is_open for line in self._lines)

    def _leave_alone(self, address: str) -> datetime | None:
        """Return until when nothing goes to an address; what else waits for its domain is then seen to as well."""
        pause = self._paces.pause(domain_of(address), self._now())
        if pause is None:
            return None
        self._note_pause(pause)
        return pause.until

    def _note_pause(self, pause: Pause) -> None:
        self._pauses[pause.domain] = pause
        self._sweeper.wake()
