"""One connection, and what goes over it."""

import asyncio
from collections.abc import AsyncIterator, Callable

from shared import logs
from shared.parts import Loop

from ..domain import Outcome
from ..smtp import Away, Connection, Letter
from .stock import Item, Report, Stock

log = logs.get(__name__)

POLL_SECONDS = 5.0
IDLE_SECONDS = 20.0
# A server that lets some of our connections in and not this one has its limits.
REST_SECONDS = 60.0


class Line:
    """Hands letters of the stock over on a connection, which it keeps while there is something to send."""

    def __init__(
        self, stock: Stock, connection: Connection, *, report: Report, others_are_open: Callable[[], bool]
    ) -> None:
        """`report` hears what became of each e-mail the moment that is known."""
        self._stock = stock
        self._connection = connection
        self._report = report
        self._others_are_open = others_are_open
        self._loop = Loop("delivery, connection", self._step, pause=POLL_SECONDS)
        self._in_hand: dict[int, Item] = {}
        self._free = asyncio.Event()
        self._free.set()
        self._last_used = 0.0
        self._rests_until = 0.0
        self.is_open = False
        self.start = self._loop.start
        self.wake = self._loop.wake

    @property
    def is_busy(self) -> bool:
        """Whether it hands letters over, or rests."""
        return not self._free.is_set() or self._rests

    async def trouble(self) -> str | None:
        return None if self._others_are_open() else await self._loop.trouble()

    async def finish(self, within: float) -> None:
        """Give what is in hand some seconds, once the stock is closed, and hang up."""
        try:
            async with asyncio.timeout(within):
                await self._free.wait()
        except TimeoutError:
            log.warning("an e-mail is cut off and will be repeated")
        await self._loop.stop()
        await self._connection.close()

    async def _step(self) -> bool:
        if self._stock.is_empty or self._rests:
            await self._close_when_idle()
            return False
        self._free.clear()
        try:
            return await self._send()
        finally:
            self._last_used = asyncio.get_running_loop().time()
            self._stock.put_back(self._in_hand.values())
            self._in_hand.clear()
            self._free.set()

    async def _send(self) -> bool:
        try:
            await self._connection.open()
            self.is_open = True
            await self._connection.exchange(self._letters(), self._note)
        except Away as why:
            self.is_open = False
            if not self._others_are_open():
                raise
            log.warning("a connection rests: the mail server lets others in, and not this one", why=str(why))
            self._rests_until = asyncio.get_running_loop().time() + REST_SECONDS
            return False
        return not self._stock.is_empty

    async def _letters(self) -> AsyncIterator[Letter]:
        while item := await self._stock.next():
            self._in_hand[item.email.id] = item
            yield item.letter

    def _note(self, letter: Letter, outcome: Outcome) -> None:
        item = self._in_hand.pop(letter.email_id)
        self._report(item.email, outcome)
        self._stock.settled(item.email)

    @property
    def _rests(self) -> bool:
        return asyncio.get_running_loop().time() < self._rests_until and self._others_are_open()

    async def _close_when_idle(self) -> None:
        if self.is_open and asyncio.get_running_loop().time() - self._last_used > IDLE_SECONDS:
            self.is_open = False
            await self._connection.close()
