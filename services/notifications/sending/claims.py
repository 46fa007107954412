"""What one sender takes from the queue, and gives back untried."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.database.pool import Database

from .. import storage
from ..domain import Email
from ..storage import FrameFacts

# An attempt takes half an hour at most (smtp.Limits), and may be announced as long as a quarter of one before its turn:
# what is begun in the first two minutes ends before the lease.
LEASE = timedelta(minutes=50)
FRAMES_KEPT = 1_000
MOMENT = timedelta(microseconds=1)


class Claims:
    """Claims e-mails under a lease; what is given back waits in the queue again, and counts no attempt."""

    def __init__(self, database: Database, sender: str, now: Clock) -> None:
        self._database = database
        self._sender = sender
        self._now = now
        self._frames: dict[int, FrameFacts] = {}
        self._untried: dict[int, datetime | None] = {}
        self._unanswered: datetime | None = None
        self._last_lease = now()
        self._one_at_a_time = asyncio.Lock()

    async def take(self, most: int) -> list[Email]:
        """Take so many that are due, the urgent first."""
        async with self._one_at_a_time:
            return await self._take(most)

    def give_back(self, emails: Iterable[int], not_before: datetime | None = None) -> None:
        """Note that e-mails were not tried; `settle` and the next `take` hand them back."""
        self._untried |= dict.fromkeys(emails, not_before)

    async def settle(self) -> None:
        """Hand back what was not tried, also by a claim whose answer was lost with the database's."""
        async with self._one_at_a_time:
            await self._settle()

    async def _take(self, most: int) -> list[Email]:
        await self._settle()
        now = self._now()
        # A claim is known by its lease.
        self._last_lease = self._unanswered = max(now + LEASE, self._last_lease + MOMENT)
        async with self._database.connection() as conn:
            claimed = await storage.claim(conn, self._sender, most=most, lease_until=self._unanswered, now=now)
            unknown = {row["frame_id"] for row in claimed} - self._frames.keys()
            if unknown:
                if len(self._frames) > FRAMES_KEPT:
                    self._frames.clear()
                    unknown = {row["frame_id"] for row in claimed}
                self._frames |= await storage.frame_facts(conn, unknown)
        self._unanswered = None
        return [storage.claimed_email(row, self._frames[row["frame_id"]]) for row in claimed]

    async def _settle(self) -> None:
        if not (self._untried or self._unanswered):
            return
        untried, self._untried = self._untried, {}
        try:
            async with self._database.connection() as conn:
                await storage.hand_back(conn, self._sender, untried, self._unanswered)
        except BaseException:
            self._untried = untried | self._untried
            raise
        self._unanswered = None
