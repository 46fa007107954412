"""Connections to a service's own schema, and transactions that tell others once they are committed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from shared.errors import Trouble

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection: TypeAlias = asyncpg.Connection
    Pool: TypeAlias = asyncpg.Pool

NOT_LET_IN = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
AWAY = (
    *NOT_LET_IN,
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
)
# How the driver puts it, as an error of its own, when the server has said goodbye and the connection is not shut yet.
GOODBYE_SAID = "another operation"
READY_SECONDS = 2
# A server that hangs answers no cancellation either.
LET_GO_SECONDS = 1


class DatabaseAway(Trouble):
    """The database cannot be used now; what was asked of it is neither right nor wrong, and may be asked again."""

    def __init__(self, why: Exception | str) -> None:
        if isinstance(why, NOT_LET_IN):
            super().__init__(f"the database does not let us in: {why}")
        else:
            super().__init__(f"no answer from the database ({why if isinstance(why, str) else type(why).__name__})")


class Database:
    """A pool of connections with a service's runtime role, whose search path is the service's schema."""

    def __init__(self, url: str, *, most: int = 8) -> None:
        self._url = url
        self._most = most
        self._pool: Pool | None = None
        self._on_commit: list[Callable[[], None]] = []
        # Who shares a transaction may wait inside it for somebody who has no connection yet.
        self._sharing = asyncio.Semaphore(max(1, most // 2))
        self._shared: ContextVar[Connection | None] = ContextVar("the transaction that is shared", default=None)

    async def open(self) -> None:
        """Make the pool; it connects when it is first used, so that a database that is down delays nobody."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._most,
            command_timeout=60,
            server_settings={
                "idle_in_transaction_session_timeout": "60000",
                # A plan that is made without the arrays in sight takes them for short, and turns quadratic.
                "plan_cache_mode": "force_custom_plan",
                # What is worked on lies in memory: a group of rows is looked up there, and no whole table read for it.
                "random_page_cost": "1.1",
            },
        )

    async def close(self) -> None:
        """Close every connection; one that hangs is cut."""
        if self._pool:
            with suppress(TimeoutError):
                async with asyncio.timeout(LET_GO_SECONDS):
                    await self._pool.close()

    def on_commit(self, tell: Callable[[], None]) -> None:
        """Have `tell` called after each commit of this process."""
        self._on_commit.append(tell)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection outside any transaction but a shared one; raises DatabaseAway."""
        if shared := self._shared.get():
            yield shared
            return
        if self._pool is None:
            raise DatabaseAway("not opened yet")
        try:
            conn = await self._pool.acquire()
            try:
                yield conn
            finally:
                with suppress(*AWAY):  # the pool then shuts it; what was done on it is done
                    await self._pool.release(conn, timeout=LET_GO_SECONDS)
        except AWAY as why:
            if not _means_away(why):
                raise
            raise DatabaseAway(why) from why

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction that commits at the end, or rolls back on any error."""
        async with self.connection() as conn, conn.transaction():
            yield conn
        if not self._shared.get():
            for tell in self._on_commit:
                tell()

    @asynccontextmanager
    async def shared_transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction that all further ones of this task are a part of: they commit together.

        At most half of the connections are lent so at a time.
        """
        async with self._sharing, self.transaction() as conn:
            shared = self._shared.set(conn)
            try:
                yield conn
            finally:
                self._shared.reset(shared)

    @asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction that rolls back whatever happens: what is done in it changes nothing."""
        async with self.connection() as conn:
            transaction = conn.transaction()
            await transaction.start()
            try:
                yield conn
            finally:
                await transaction.rollback()

    async def trouble(self) -> str | None:
        """Return why the database cannot be used now, or None when all is well."""
        try:
            async with asyncio.timeout(READY_SECONDS), self.connection() as conn:
                await conn.fetchval("SELECT 1")
        except DatabaseAway as why:
            return str(why)
        except (TimeoutError, asyncpg.PostgresError) as why:
            return str(DatabaseAway(why))
        return None


def _means_away(why: Exception) -> bool:
    """Tell whether one of the errors in AWAY says so, and not that the driver cannot send an argument."""
    if isinstance(why, asyncpg.InternalClientError):
        return GOODBYE_SAID in str(why)
    return not isinstance(why, ValueError)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Lend a database for as long as the block lasts."""
    database = Database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
