"""What became of each e-mail: kept in the journal at once, and recorded in the database many at a time."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from shared import logs
from shared.clock import Clock
from shared.messaging.batches import Batches

from .. import metrics
from ..domain import Attempt, Email, Outcome, next_attempt
from .journal import Journal, Taken
from .pacing import Paces, Pause, domain_of

log = logs.get(__name__)

JITTER_STEPS = 1000


class Reports:
    """Hears what became of e-mails, for all connections of a process."""

    def __init__(
        self,
        journal: Journal,
        attempts: Batches[Attempt],
        paces: Paces,
        now: Clock,
        *,
        recorded: Callable[[], None],
        paused: Callable[[Pause], None],
    ) -> None:
        """`recorded` is called after each commit, `paused` hears of each domain that gets nothing for a while."""
        self._journal = journal
        self._attempts = attempts
        self._paces = paces
        self._now = now
        self._paused = paused
        self._when_recorded = recorded
        self._handed_over: list[Email] = []
        self._unrecorded = 0
        self._settled = asyncio.Event()

    def note(self, email: Email, outcome: Outcome) -> None:
        """Take in what became of an e-mail, the journal first."""
        now = self._now()
        kept = None
        if outcome.result == "accepted":
            kept = self._keep(email, outcome, now)
        if pause := self._paces.note(domain_of(email.address), outcome, now):
            self._paused(pause)
        again_at = next_attempt(email, outcome, now, secrets.randbelow(JITTER_STEPS) / JITTER_STEPS)
        attempt = Attempt(email, now, outcome, again_at)
        self._unrecorded += 1
        self._attempts.put(attempt, lambda why: self._recorded(attempt, kept, why))
        metrics.ATTEMPTS.labels(outcome.result).inc()
        if attempt.state == "sent":
            self._handed_over.append(email)
        else:
            log.info(
                "e-mail not handed over",
                email_id=email.id,
                kind=email.kind,
                state=attempt.state,
                reply=outcome.reply,
                attempt=email.attempts,
                correlation_id=email.correlation_id,
            )

    async def all_recorded(self, within: float) -> bool:
        """Wait some seconds until all is recorded, and say whether it is; what is not stays in the journal."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._unrecorded:
                    self._settled.clear()
                    await self._settled.wait()
        self._tell_handed_over()
        return not self._unrecorded

    def _keep(self, email: Email, outcome: Outcome, now: datetime) -> int | None:
        """Write down that the far server has an e-mail; where that fails it is recorded all the same."""
        try:
            return self._journal.write(Taken(email.id, email.message_id, now, outcome.reply))
        except OSError as why:
            log.error("the journal cannot be written", why=why.strerror)
            return None

    def _recorded(self, attempt: Attempt, kept: int | None, why: Exception | None) -> None:
        self._unrecorded -= 1
        self._settled.set()
        self._tell_handed_over()
        if why:
            log.error("an attempt cannot be recorded", email_id=attempt.email.id, error=type(why).__name__)
            return
        self._when_recorded()
        if kept is not None:
            self._journal.recorded(kept)

    def _tell_handed_over(self) -> None:
        """Log what the far server has taken, many at a time: what it said to each is in the database."""
        if self._handed_over:
            log.info(
                "e-mails handed over",
                email_ids=[email.id for email in self._handed_over],
                correlation_ids=sorted({email.correlation_id for email in self._handed_over}),
            )
            self._handed_over.clear()
