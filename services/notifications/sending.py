"""One connection and what goes over it: takes a few e-mails, hands them over in order, reports each."""

import asyncio
import secrets
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.parts import Loop

from . import metrics, storage
from .domain import Attempt, Email, Outcome, next_attempt
from .smtp import Connection, Letter
from .writing import Writer

log = logs.get(__name__)

CLAIMED_AT_ONCE = 25
POLL_SECONDS = 0.2
IDLE_SECONDS = 20.0
# An attempt takes half an hour at most (smtp.Limits): one begun in the first two minutes ends before the lease.
LEASE = timedelta(minutes=40)
BEGIN_WITHIN = timedelta(minutes=2)

JITTER_STEPS = 1000

Recorded = Callable[[Exception | None], None]
Record = Callable[[Attempt, Recorded], None]


class Line:
    """Sends for a sender over one connection, which it keeps while there is something to send."""

    def __init__(
        self,
        database: Database,
        connection: Connection,
        writer: Writer,
        sender: str,
        now: Clock,
        *,
        record: Record,
        overflow: Callable[[], None],
    ) -> None:
        """`record` calls back once an attempt is recorded; `overflow` is called when others should help."""
        self._database = database
        self._connection = connection
        self._writer = writer
        self._sender = sender
        self._now = now
        self._record = record
        self._overflow = overflow
        self._loop = Loop("delivery", self._step, pause=POLL_SECONDS)
        self._finishing = False
        self._free = asyncio.Event()
        self._free.set()
        self._last_used = 0.0
        self._claimed: dict[int, Email] = {}
        self._untried: list[int] = []
        self._unrecorded = 0
        self._failure: Exception | None = None
        self._moved = asyncio.Event()
        self._unanswered: datetime | None = None
        self.start = self._loop.start
        self.trouble = self._loop.trouble
        self.wake = self._loop.wake

    async def finish(self, within: float) -> None:
        """Send no further e-mail, give the one in hand some seconds, hand back the others, hang up."""
        self._finishing = True
        try:
            async with asyncio.timeout(within):
                await self._free.wait()
        except TimeoutError:
            log.warning("an e-mail is cut off and will be repeated", sender=self._sender)
        await self._loop.stop()
        await self._connection.close()

    async def _step(self) -> bool:
        if self._finishing:
            return False
        self._free.clear()
        try:
            return await self._send_some()
        finally:
            self._free.set()

    async def _send_some(self) -> bool:
        clock = asyncio.get_running_loop().time
        emails = await self._claim()
        if not emails:
            if clock() - self._last_used > IDLE_SECONDS:
                await self._connection.close()
            return False
        if len(emails) == CLAIMED_AT_ONCE:
            self._overflow()
        begin_until = clock() + BEGIN_WITHIN.total_seconds()
        self._claimed = {email.id: email for email in emails}
        try:
            while self._claimed and not self._finishing and clock() < begin_until:
                await self._connection.open()
                await self._connection.exchange(self._letters(begin_until), self._note)
                await self._all_recorded()
        finally:
            self._last_used = clock()
            self._untried = list(self._claimed)
            await self._hand_back()
        return True

    async def _letters(self, begin_until: float) -> AsyncIterator[Letter]:
        """Write what was claimed, each once what became of the one before it is recorded."""
        clock = asyncio.get_running_loop().time
        for email in list(self._claimed.values()):
            if self._finishing or clock() > begin_until:
                return
            letter = self._letter(email)
            if letter:
                yield letter
            while email.id in self._claimed:
                await self._move()
            await self._all_recorded()

    async def _claim(self) -> list[Email]:
        await self._hand_back()
        now = self._now()
        self._unanswered = now + LEASE
        async with self._database.connection() as conn:
            emails = await storage.claim(conn, self._sender, most=CLAIMED_AT_ONCE, lease=LEASE, now=now)
        self._unanswered = None
        return emails

    async def _hand_back(self) -> None:
        """Hand back what was taken and not tried, also by a claim whose answer was lost with the database's."""
        if self._untried or self._unanswered:
            async with self._database.connection() as conn:
                await storage.hand_back(conn, self._sender, self._untried, self._unanswered)
            self._untried, self._unanswered = [], None

    def _letter(self, email: Email) -> Letter | None:
        """Write an e-mail; note that it is refused where it cannot be written."""
        return_path = self._writer.return_path(email)
        try:
            return Letter(email.id, return_path, email.address, self._writer.write(email))
        except Exception as why:
            # Neither the error's text nor the values around it: they may quote a person.
            where = traceback.extract_tb(why.__traceback__)[-1]
            log.error(
                "an e-mail cannot be written",
                email_id=email.id,
                error=type(why).__name__,
                where=f"{where.filename}:{where.lineno}",
                correlation_id=email.correlation_id,
            )
            refused = Outcome("refused", f"not written: {type(why).__name__}", fault="ours")
            self._note(Letter(email.id, return_path, email.address, b""), refused)
            return None

    def _note(self, letter: Letter, outcome: Outcome) -> None:
        email = self._claimed.pop(letter.email_id)
        now = self._now()
        again_at = next_attempt(email, outcome, now, secrets.randbelow(JITTER_STEPS) / JITTER_STEPS)
        attempt = Attempt(email, now, outcome, again_at)
        self._unrecorded += 1
        self._record(attempt, self._note_recorded)
        metrics.ATTEMPTS.labels(outcome.result).inc()
        log.info(
            "e-mail handed over" if attempt.state == "sent" else "e-mail not handed over",
            email_id=email.id,
            kind=email.kind,
            state=attempt.state,
            reply=outcome.reply,
            attempt=email.attempts,
            correlation_id=email.correlation_id,
        )
        self._moved.set()

    def _note_recorded(self, why: Exception | None) -> None:
        self._unrecorded -= 1
        self._failure = why or self._failure
        self._moved.set()

    async def _all_recorded(self) -> None:
        while self._unrecorded:
            await self._move()
        failure, self._failure = self._failure, None
        if failure:
            raise failure

    async def _move(self) -> None:
        self._moved.clear()
        await self._moved.wait()
