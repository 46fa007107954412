"""Groups of items: one transaction for many, and a fault for its own item alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from shared.database.pool import Connection, Database
from shared.messaging.batches import Apply, Batches
from tests.conftest import DatabaseOf

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
    running: Batches[str] = Batches(membership_database, add_all, most=50)
    await running.start()
    yield running
    await running.stop()


async def stored(database: Database) -> set[str]:
    async with database.connection() as conn:
        return {row["event_id"] for row in await conn.fetch("SELECT event_id FROM inbox")}


async def test_what_comes_together_is_applied_together(batches: Batches[str], membership_database: Database) -> None:
    items = [f"item {number}" for number in range(120)]

    await asyncio.gather(*map(batches.submit, items))

    assert await stored(membership_database) == set(items)
    assert GROUPS == [50, 50, 20]


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

    batches: Batches[str] = Batches(membership_database, add_when_back)
    await batches.start()
    await batches.submit("item")
    await batches.stop()

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
    batches: Batches[str] = Batches(database, apply)
    await batches.start()
    try:
        await batches.submit("item")
    finally:
        await batches.stop()


async def test_what_the_driver_cannot_send_fails_and_waits_for_no_database(membership_database: Database) -> None:
    async def send(conn: Connection, items: Sequence[int]) -> None:
        await conn.execute("SELECT $1::integer[]", items)

    batches: Batches[int] = Batches(membership_database, send)
    await batches.start()
    outcomes = await asyncio.gather(batches.submit(1), batches.submit(2**40), return_exceptions=True)
    await batches.stop()

    assert [type(why).__name__ for why in outcomes] == ["NoneType", "DataError"]
