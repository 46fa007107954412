"""The stock of one sender: e-mails that it has claimed, and written ahead of the connections that hand them over."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from shared.parts import Loop

from ..domain import Email, Outcome, Topic
from ..smtp import Letter
from ..writing.letters import write_letters
from ..writing.writer import Writer
from .appetite import Appetite
from .claims import Claims

POLL_SECONDS = 0.2
BEGIN_WITHIN_SECONDS = 120
MOST_WRITTEN = 128
WRITTEN_AT_ONCE = 16

LeaveAlone = Callable[[str], datetime | None]
Report = Callable[[Email, Outcome], None]


@dataclass(frozen=True, slots=True)
class Item:
    """An e-mail that is written; it goes back to the queue unless it is begun by a moment of the loop's clock."""

    email: Email
    letter: Letter
    begin_by: float


class Stock:
    """Claims for all connections of a process, many at a time, and writes and signs ahead of them."""

    def __init__(
        self,
        claims: Claims,
        writer: Writer,
        *,
        may_begin: Callable[[], bool],
        leave_alone: LeaveAlone,
        report: Report,
        supply: Callable[[int], None],
    ) -> None:
        """`leave_alone` says until when nothing goes to an address, `report` hears of what cannot be written.

        Nothing is claimed, handed back or begun unless it `may_begin`. `supply` is called with the number of letters
        that are ready, whenever there are more.
        """
        self._claims = claims
        self._writer = writer
        self._may_begin = may_begin
        self._leave_alone = leave_alone
        self._report = report
        self._supply = supply
        self._unsettled: dict[int, float] = {}
        self._in_hand: set[int] = set()
        self._unwritten: deque[Email] = deque()
        self._written: deque[Item] = deque()
        self._in_work = 0
        self._drained = True
        self._appetite = Appetite()
        self._changed = asyncio.Event()
        self._closed = False
        self._claiming = Loop("delivery", self._claim, pause=POLL_SECONDS)
        self._writing = Loop("delivery, writing", self._write, pause=POLL_SECONDS)
        self.wake = self._claiming.wake

    async def start(self) -> None:
        await self._claiming.start()
        await self._writing.start()

    async def trouble(self) -> str | None:
        return await self._claiming.trouble() or await self._writing.trouble()

    async def settle(self) -> None:
        """Have handed back what was left."""
        await self._claims.settle()

    async def hand_back(self) -> Collection[int]:
        """Hand back all but what connections have in hand; return the ids of that."""
        await self._claims.settle()  # once a claim that was on its way has come
        self._unwritten.clear()
        self._written.clear()
        in_hand = frozenset(self._in_hand)
        self._give_back(self._unsettled.keys() - in_hand)
        await self._claims.settle()
        return in_hand  # as it was then: what is put back meanwhile is in the stock

    def resume(self) -> None:
        """Look whether anything may be begun now."""
        self._changed.set()
        self.wake()

    def close(self) -> None:
        """Let nobody begin any further e-mail."""
        self._closed = True
        self._changed.set()

    async def stop(self) -> None:
        """Claim and write no more."""
        await self._claiming.stop()
        await self._writing.stop()

    @property
    def is_empty(self) -> bool:
        """Whether no letter is ready that may be begun."""
        return not (self._written and self._is_open)

    async def next(self) -> Item | None:
        """Return the next letter, waiting while one may come; None where there are no more."""
        while self._is_open:
            if item := self._take():
                return item
            if not self._more_may_come:
                return None
            self._changed.clear()
            await self._changed.wait()
        return None

    def put_back(self, items: Collection[Item]) -> None:
        """Have letters that were not tried go first."""
        self._in_hand -= {item.email.id for item in items}
        self._written.extendleft(reversed(list(items)))
        self._changed.set()

    def settled(self, email: Email) -> None:
        """Note that it is known what became of an e-mail."""
        self._unsettled.pop(email.id, None)
        self._in_hand.discard(email.id)

    def leave(self, topics: Collection[Topic]) -> None:
        """Hand back what is about some topics."""
        left = [email.id for email in self._unwritten if email.topic in topics]
        left += [item.email.id for item in self._written if item.email.topic in topics]
        self._unwritten = deque(email for email in self._unwritten if email.topic not in topics)
        self._written = deque(item for item in self._written if item.email.topic not in topics)
        self._give_back(left)

    @property
    def _is_open(self) -> bool:
        return not self._closed and self._may_begin()

    @property
    def _more_may_come(self) -> bool:
        return bool(self._unwritten or self._in_work or not self._drained)

    def _take(self) -> Item | None:
        clock = asyncio.get_running_loop().time
        item = None
        while item is None and self._written:
            item = self._written.popleft()
            if clock() > item.begin_by:
                self._give_back([item.email.id])
                item = None
            elif until := self._leave_alone(item.email.address):
                self._give_back([item.email.id], until)
                item = None
        if item:
            self._in_hand.add(item.email.id)
            self._appetite.note_begun()
        if len(self._written) < MOST_WRITTEN // 2:
            self._writing.wake()
        if not self._drained and self._is_low:
            self._claiming.wake()
        return item

    @property
    def _is_low(self) -> bool:
        return self._appetite.is_low(len(self._unwritten) + len(self._written))

    async def _claim(self) -> bool:
        if not self._may_begin():
            return False
        if self._closed or not self._is_low:
            await self._claims.settle()
            return False
        most = self._appetite.next_claim(asyncio.get_running_loop().time())
        emails = await self._claims.take(most)
        begin_by = asyncio.get_running_loop().time() + BEGIN_WITHIN_SECONDS
        self._unsettled |= dict.fromkeys([email.id for email in emails], begin_by)
        self._drained = len(emails) < most
        for email in emails:
            if until := self._leave_alone(email.address):
                self._give_back([email.id], until)
            else:
                self._unwritten.append(email)
        self._writing.wake()
        self._changed.set()
        return not self._drained

    async def _write(self) -> bool:
        if self._closed or not self._unwritten or len(self._written) >= MOST_WRITTEN:
            return False
        emails = [self._unwritten.popleft() for _ in range(min(WRITTEN_AT_ONCE, len(self._unwritten)))]
        self._in_work += 1
        try:
            letters = await write_letters(self._writer, emails)
        finally:
            self._in_work -= 1
        for email, letter in zip(emails, letters, strict=True):
            begin_by = self._unsettled.get(email.id)
            if begin_by is None:
                continue  # it was handed back meanwhile
            if isinstance(letter, Outcome):
                self.settled(email)
                self._report(email, letter)
            else:
                self._written.append(Item(email, letter, begin_by))
        self._changed.set()
        self._supply(len(self._written))
        return True

    def _give_back(self, email_ids: Collection[int], not_before: datetime | None = None) -> None:
        for email_id in email_ids:
            self._unsettled.pop(email_id, None)
        self._claims.give_back(email_ids, not_before)
