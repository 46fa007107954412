"""The relay: what was committed reaches the broker, in order, whoever else runs and whatever one row does."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import aio_pika
import pytest

from shared.contracts.membership import MemberJoined, Organisation
from shared.database.pool import Database
from shared.messaging import outbox, relay
from shared.messaging.relay import Relay
from tests.conftest import DatabaseOf
from tests.support.broker import Broker
from tests.support.builders import MORNING
from tests.support.eventually import eventually


def event(number: int) -> MemberJoined:
    organisation = Organisation(id=uuid4(), name=f"{number}", kind="partner", town="Køge", municipality_code="259")
    return MemberJoined(correlation_id="c", organisation=organisation, since=MORNING.date(), version=1)


@asynccontextmanager
async def running(database: DatabaseOf, broker: Broker) -> AsyncIterator[Relay]:
    one = await new(database, broker)
    await one.start()
    yield one
    await one.stop()


async def new(database: DatabaseOf, broker: Broker) -> Relay:
    return Relay("membership", (await database("membership")).runtime_url, broker.url("membership"))


async def arrived(broker: Broker, queue: str, count: int) -> list[str]:
    """Take what came to a queue of meetings, once there is so much, and return the organisations' names."""

    async def enough() -> bool:
        return await broker.waiting(queue) >= count

    await eventually(enough)
    async with await aio_pika.connect(broker.url("meetings")) as connection:
        found = await (await connection.channel()).get_queue(queue, ensure=False)
        bodies = [(await found.get(no_ack=True)).body for _ in range(await broker.waiting(queue))]
    return [json.loads(body)["organisation"]["name"] for body in bodies]


async def test_events_leave_in_the_order_in_which_they_were_written(
    database: DatabaseOf, membership_database: Database, broker: Broker
) -> None:
    async with membership_database.transaction() as conn:
        await outbox.add(conn, *map(event, range(450)))

    async with running(database, broker), running(database, broker):
        names = await arrived(broker, "meetings.inbox", 450)

    assert names == [str(number) for number in range(450)]
    assert await waiting(membership_database) == []


async def test_what_was_rolled_back_is_never_said(
    database: DatabaseOf, membership_database: Database, broker: Broker
) -> None:
    with suppress(ZeroDivisionError):
        async with membership_database.transaction() as conn:
            await outbox.add(conn, event(1))
            raise ZeroDivisionError
    async with membership_database.transaction() as conn:
        await outbox.add(conn, event(2))

    async with running(database, broker):
        assert await arrived(broker, "meetings.inbox", 1) == ["2"]


async def test_a_row_that_the_broker_refuses_holds_up_nobody_and_is_parked(
    database: DatabaseOf, membership_database: Database, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MOST_ATTEMPTS", 2)
    async with membership_database.transaction() as conn:
        await outbox.add(conn, event(1), event(2))
        # Of the exchanges that membership may write to, that of the answers alone keeps nothing that no queue wants.
        await conn.execute("UPDATE outbox SET exchange = 'upstream.answers', routing_key = 'nobody' WHERE seq = 1")

    async with running(database, broker):
        assert await arrived(broker, "meetings.inbox", 1) == ["2"]
        await eventually(lambda: parked(membership_database))

    assert await waiting(membership_database) == [(2, "PublishError")]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("exchange = 'notifications.events'", "ChannelAccessRefused"),
        ("body = convert_to(repeat('x', 1100000), 'UTF8')", "ChannelPreconditionFailed"),
    ],
    ids=["another service's exchange", "too large"],
)
async def test_a_row_for_which_the_broker_closes_the_channel_is_parked_too(
    database: DatabaseOf,
    membership_database: Database,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    error: str,
) -> None:
    monkeypatch.setattr(relay, "MOST_ATTEMPTS", 2)
    async with membership_database.transaction() as conn:
        await outbox.add(conn, *map(event, range(1, 6)))
        await conn.execute(f"UPDATE outbox SET {change} WHERE seq = 3")

    async with running(database, broker):
        await eventually(lambda: parked(membership_database))
        names = await arrived(broker, "meetings.inbox", 4)

    assert set(names) == {"1", "2", "4", "5"}
    assert await waiting(membership_database) == [(2, error)]


async def waiting(database: Database) -> list[tuple[int, str]]:
    async with database.connection() as conn:
        return [tuple(row) for row in await conn.fetch("SELECT attempts, last_error FROM outbox")]


async def parked(database: Database) -> bool:
    async with database.connection() as conn:
        return bool(await conn.fetchval("SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL"))


async def test_one_leads_and_another_stands_by_ready_to_take_over(
    database: DatabaseOf, membership_database: Database, broker: Broker
) -> None:
    leader, standby = [await new(database, broker) for _ in range(2)]
    await leader.start()
    await eventually(lambda: well(leader))
    await standby.start()
    await eventually(lambda: well(standby))
    await leader.stop()
    async with membership_database.transaction() as conn:
        await outbox.add(conn, event(1))

    assert await arrived(broker, "meetings.inbox", 1) == ["1"]
    await standby.stop()


async def well(one: Relay) -> bool:
    return await one.trouble() is None


async def test_an_answer_for_a_system_without_a_queue_is_let_go(
    database: DatabaseOf, membership_database: Database, broker: Broker
) -> None:
    async with membership_database.transaction() as conn:
        await outbox.add_answers(conn, [("nobody", event(1))])

    async with running(database, broker):
        await eventually(lambda: empty(membership_database))


async def empty(database: Database) -> bool:
    return not await waiting(database)
