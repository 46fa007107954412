"""Takes items one at a time and applies them many at a time, each group in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Generic, TypeVar

import asyncpg

from shared import logs
from shared.database.pool import Connection, Database, DatabaseAway

log = logs.get(__name__)

T = TypeVar("T")
# What it returns is left for later groups.
Apply = Callable[[Connection, Sequence[T]], Awaitable[Sequence[T] | None]]
Done = Callable[[Exception | None], None]

PASSING = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,
)
TRIES = 5
GATHER_SECONDS = 0.005


class Batches(Generic[T]):
    """One group is applied while the next gathers: at rest nobody waits, under load the groups grow by themselves.

    Where only a few have come, they wait some milliseconds for more: a group costs nearly the same whatever its size.

    A group that fails is halved until the item at fault stands alone, so that it fails for its own submitter and
    for nobody else. While the database is away nothing fails: the group waits for it.
    """

    def __init__(
        self,
        database: Database,
        apply: Apply[T],
        *,
        most: int = 200,
        weigh: Callable[[T], int] = lambda item: 0,
        heaviest: int = 0,
    ) -> None:
        """`most` items make a group, or as many as weigh no more than `heaviest` together, though one always does."""
        self._database = database
        self._apply = apply
        self._most = most
        self._weigh = weigh
        self._heaviest = heaviest
        self._waiting: list[tuple[T, Done]] = []
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="batches")

    async def stop(self) -> None:
        """Stop at once; what was not committed stays with its submitter."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def trouble(self) -> str | None:
        """Return why nothing is applied, or None when all is well."""
        return None if self._task and not self._task.done() else "nothing is applied"

    def put(self, item: T, done: Done) -> None:
        """Have an item applied; `done` is called once its transaction is committed, or with what it alone raised."""
        self._waiting.append((item, done))
        self._arrived.set()

    async def submit(self, item: T) -> None:
        """Return once the item's transaction is committed; raise what applying this item alone raised."""
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done(why: Exception | None) -> None:
            if committed.done():
                return
            if why:
                committed.set_exception(why)
            else:
                committed.set_result(None)

        self.put(item, done)
        await committed

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(0)
            count = self._next_count()
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            if not self._waiting:
                self._arrived.clear()
            await self._settle(group)
            if self._waiting and len(self._waiting) < self._most // 4:
                await asyncio.sleep(GATHER_SECONDS)

    def _next_count(self) -> int:
        weights = accumulate(self._weigh(item) for item, _ in self._waiting[: self._most])
        return max(1, sum(weight <= self._heaviest for weight in weights))

    async def _settle(self, group: list[tuple[T, Done]]) -> None:
        try:
            left = await self._commit([item for item, _ in group])
        except Exception as why:
            if len(group) == 1:
                _tell(group[0][1], why)
                return
            middle = len(group) // 2
            await self._settle(group[:middle])
            await self._settle(group[middle:])
            return
        leave = {id(item) for item in left}
        for item, done in group:
            if id(item) not in leave:
                _tell(done, None)
        if leave:
            self._waiting = [*((item, done) for item, done in group if id(item) in leave), *self._waiting]
            self._arrived.set()

    async def _commit(self, items: Sequence[T]) -> Sequence[T]:
        """Apply in one transaction; wait for a database that is away, try again what passes by itself."""
        delay, tries = 0.1, 0
        while True:
            try:
                async with self._database.transaction() as conn:
                    left = await self._apply(conn, items)
            except DatabaseAway as why:
                log.warning("the database is away", error=str(why), waiting=len(items))
            except PASSING:
                tries += 1
                if tries == TRIES:
                    raise
            else:
                return left or ()
            await asyncio.sleep(delay)
            delay = min(delay * 2, 5.0)


def _tell(done: Done, why: Exception | None) -> None:
    """Tell a submitter what became of its item; what it makes of that is no business of the others."""
    try:
        done(why)
    except Exception:
        log.exception("a submitter failed on what it was told")
