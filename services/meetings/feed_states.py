"""Whether feeds have changed, asked for many of them with one question, because programs ask all the time."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from shared.clock import Clock, local_day
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
        self._asked: dict[Whose, list[asyncio.Future[FeedState]]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def of(self, whose: Whose) -> FeedState:
        """Return the state of a feed as it is after this was asked; raises DatabaseAway."""
        found: asyncio.Future[FeedState] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(whose, []).append(found)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="feed states")
        return await found

    async def _look(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                found = await self._find(list(asked))
            except Exception as why:
                for _, waiting in _still_waiting(asked):
                    waiting.set_exception(why)
                continue
            for whose, waiting in _still_waiting(asked):
                waiting.set_result(found[whose])

    async def _find(self, asked: list[Whose]) -> dict[Whose, FeedState]:
        day = local_day(self._now())
        async with self._database.connection() as conn:
            people = [whose for whose in asked if whose is not None]
            found: dict[Whose, FeedState] = dict(await storage.private_feed_states(conn, people, day))
            if None in asked:
                found[None] = await storage.public_feed_state(conn, day)
        return found


def _still_waiting(
    asked: Mapping[Whose, Sequence[asyncio.Future[FeedState]]],
) -> Iterator[tuple[Whose, asyncio.Future[FeedState]]]:
    """Pass over those who have gone away."""
    return ((whose, future) for whose, futures in asked.items() for future in futures if not future.done())
