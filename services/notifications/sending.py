"""One connection and what goes over it: takes a few e-mails, hands them over in order, reports each."""

import asyncio
import secrets
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.parts import Loop

from . import metrics, storage
from .domain import Attempt, Email, Outcome, next_attempt
from .smtp import Connection
from .writing import Writer

log = logs.get(__name__)

CLAIMED_AT_ONCE = 25
POLL_SECONDS = 0.2
IDLE_SECONDS = 20.0
# An attempt takes at most twelve minutes (smtp.ATTEMPT_SECONDS): one begun in the first two ends before the lease.
LEASE = timedelta(minutes=15)
BEGIN_WITHIN = timedelta(minutes=2)

JITTER_STEPS = 1000

Report = Callable[[Attempt], Awaitable[None]]


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
        report: Report,
        overflow: Callable[[], None],
    ) -> None:
        """`report` returns once an attempt is recorded; `overflow` is called when others should help."""
        self._database = database
        self._connection = connection
        self._writer = writer
        self._sender = sender
        self._now = now
        self._report = report
        self._overflow = overflow
        self._loop = Loop("delivery", self._step, pause=POLL_SECONDS)
        self._finishing = False
        self._free = asyncio.Event()
        self._free.set()
        self._last_used = 0.0
        self._untried: list[int] = []
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
        waiting = deque(emails)
        try:
            while waiting and not self._finishing and clock() < begin_until:
                await self._connection.open()
                await self._send(waiting.popleft())
        finally:
            self._last_used = clock()
            self._untried = [email.id for email in waiting]
            await self._hand_back()
        return True

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

    async def _send(self, email: Email) -> None:
        outcome = await self._hand_over(email)
        now = self._now()
        again_at = next_attempt(email, outcome, now, secrets.randbelow(JITTER_STEPS) / JITTER_STEPS)
        attempt = Attempt(email, now, outcome, again_at)
        await self._report(attempt)
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

    async def _hand_over(self, email: Email) -> Outcome:
        try:
            message = self._writer.write(email)
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
            return Outcome("refused", f"not written: {type(why).__name__}", fault="ours")
        return await self._connection.send(self._writer.return_path(email), email.address, message)
