"""Groups of items: one transaction for many, and a fault for its own item alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
import pytest

from shared.database.pool import Connection, Database
from shared.messaging.batches import Apply, Batches
from tests.conftest import DatabaseOf

T = TypeVar("T")

GROUPS: list[int] = []


async def add_all(conn: Connection, items: Sequence[str]) -> None:
    GROUPS.append(len(items))
    for item in items:
        if item.startswith("bad"):
            raise ValueError(item)
    await conn.execute("INSERT INTO inbox (source, event_id) SELECT 'test', * FROM unnest($1::text[])", items)


@pytest.fixture
async def batches(membership_database: Database) -> AsyncIterator[Batches[str]]:
    GROUPS.clear()
    async with running(Batches(membership_database, add_all, most=50)) as batches:
        yield batches


@asynccontextmanager
async def running(batches: Batches[T]) -> AsyncIterator[Batches[T]]:
    await batches.start()
    try:
        yield batches
    finally:
        await batches.stop()


async def stored(database: Database) -> set[str]:
    async with database.connection() as conn:
        return {row["event_id"] for row in await conn.fetch("SELECT event_id FROM inbox")}


async def test_what_comes_together_is_applied_together(batches: Batches[str], membership_database: Database) -> None:
    items = [f"item {number}" for number in range(120)]

    await asyncio.gather(*map(batches.submit, items))

    assert await stored(membership_database) == set(items)
    assert GROUPS == [50, 50, 20]


async def test_what_is_left_is_applied_with_a_later_group(membership_database: Database) -> None:
    GROUPS.clear()
    busy = {"item 1", "item 3"}

    async def add_others(conn: Connection, items: Sequence[str]) -> Sequence[str]:
        left = [item for item in items if item in busy]
        await add_all(conn, [item for item in items if item not in busy])
        busy.clear()
        return left

    async with running(Batches(membership_database, add_others)) as batches:
        await asyncio.gather(*(batches.submit(f"item {number}") for number in range(5)))

    assert await stored(membership_database) == {f"item {number}" for number in range(5)}
    assert GROUPS == [3, 2]


async def test_a_group_grows_no_heavier_than_it_may_but_for_one_item(membership_database: Database) -> None:
    GROUPS.clear()

    async with running(Batches(membership_database, add_all, weigh=len, heaviest=10)) as batches:
        await asyncio.gather(*map(batches.submit, ("item 1", "item", "item 2", "an item that is heavy", "item 3")))

    assert await stored(membership_database) == {"item 1", "item", "item 2", "an item that is heavy", "item 3"}
    assert GROUPS == [2, 1, 1, 1]


async def test_a_bad_item_fails_alone(batches: Batches[str], membership_database: Database) -> None:
    items = [f"bad {number}" if number in (3, 17) else f"item {number}" for number in range(40)]

    outcomes = await asyncio.gather(*map(batches.submit, items), return_exceptions=True)

    assert [item for item, why in zip(items, outcomes, strict=True) if why] == ["bad 3", "bad 17"]
    assert await stored(membership_database) == {item for item in items if not item.startswith("bad")}


async def test_a_submitter_that_fails_on_the_outcome_harms_no_other(
    batches: Batches[str], membership_database: Database
) -> None:
    def fail(why: Exception | None) -> None:
        raise ZeroDivisionError

    batches.put("item 1", fail)
    await batches.submit("item 2")
    await batches.submit("item 3")

    assert batches.trouble() is None
    assert await stored(membership_database) == {"item 1", "item 2", "item 3"}


async def test_nothing_fails_while_the_database_is_away(membership_database: Database) -> None:
    away = [
        ConnectionRefusedError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.DiskFullError(),
        asyncpg.ReadOnlySQLTransactionError(),
        asyncpg.DeadlockDetectedError(),
    ]

    async def add_when_back(conn: Connection, items: Sequence[str]) -> None:
        if away:
            raise away.pop()
        await add_all(conn, items)

    async with running(Batches(membership_database, add_when_back)) as batches:
        await batches.submit("item")

    assert await stored(membership_database) == {"item"}


async def test_an_item_survives_a_migration_that_widens_its_table(
    database: DatabaseOf, membership_database: Database
) -> None:
    async def look(conn: Connection, items: Sequence[str]) -> None:
        await conn.fetch("SELECT * FROM inbox")

    await apply_one(membership_database, look)
    owner = await asyncpg.connect((await database("membership")).owner_url)
    await owner.execute("ALTER TABLE inbox ADD COLUMN remark text")
    await owner.close()

    await apply_one(membership_database, look)


async def apply_one(database: Database, apply: Apply[str]) -> None:
    async with running(Batches(database, apply)) as batches:
        await batches.submit("item")


async def test_what_the_driver_cannot_send_fails_and_waits_for_no_database(membership_database: Database) -> None:
    async def send(conn: Connection, items: Sequence[int]) -> None:
        await conn.execute("SELECT $1::integer[]", items)

    async with running(Batches(membership_database, send)) as batches:
        outcomes = await asyncio.gather(batches.submit(1), batches.submit(2**40), return_exceptions=True)

    assert [type(why).__name__ for why in outcomes] == ["NoneType", "DataError"]
