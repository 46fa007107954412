"""Whether feeds have changed, asked for many of them with one question, because programs ask all the time."""

import asyncio
from uuid import UUID

from shared.clock import Clock
from shared.database.pool import Database

from . import storage
from .feed import FeedState

# Whose feed; None is the feed of public meetings.
Whose = UUID | None


class FeedStates:
    """Looks in the database after each request came; what is asked while it looks waits for the next look, together."""

    def __init__(self, database: Database, now: Clock) -> None:
        self._database = database
        self._now = now
        self._asked: dict[Whose, asyncio.Future[FeedState]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def of(self, whose: Whose) -> FeedState:
        """Return the state of a feed as it is after this was asked; raises DatabaseAway."""
        if whose not in self._asked:
            self._asked[whose] = asyncio.get_running_loop().create_future()
        found = self._asked[whose]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="feed states")
        return await asyncio.shield(found)  # one who goes away takes it from nobody else

    async def _look(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                found = await self._find(list(asked))
            except Exception as why:
                for future in asked.values():
                    future.set_exception(why)
                    future.exception()  # whoever asked may have gone away
                continue
            for whose, future in asked.items():
                future.set_result(found[whose])

    async def _find(self, asked: list[Whose]) -> dict[Whose, FeedState]:
        now = self._now()
        async with self._database.connection() as conn:
            people = [whose for whose in asked if whose is not None]
            found: dict[Whose, FeedState] = dict(await storage.private_feed_states(conn, people, now))
            if None in asked:
                found[None] = await storage.public_feed_state(conn, now)
        return found
