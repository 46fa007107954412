"""Our own events, over the real broker: heard once, retried, parked, and none handed back at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import DeliveryMode

from shared.contracts.event import Event
from shared.contracts.membership import MemberJoined, Organisation, PersonUpdated
from shared.database.pool import Connection, Database
from shared.messaging import cloudevents, parked
from shared.messaging.inbox import Inbox
from shared.messaging.ladder import ATTEMPT
from tests.support.broker import Broker
from tests.support.builders import MORNING
from tests.support.eventually import eventually


def event(name: str) -> MemberJoined:
    facts = {"name": name, "kind": "association", "town": "Køge", "municipality_code": "259"}
    organisation = Organisation(id=uuid4(), **facts)
    return MemberJoined(correlation_id="c", organisation=organisation, since=MORNING.date(), version=1)


async def publish(broker: Broker, *events: Event | bytes, attempt: int = 0, event_id: str = "") -> None:
    async with await aio_pika.connect(broker.url("membership")) as connection:
        exchange = await (await connection.channel()).get_exchange("membership.events", ensure=False)
        for one in events:
            headers = cloudevents.headers(
                source="/membership",
                event_id=event_id or str(uuid4()),
                event_type=MemberJoined.type,
                time=MORNING,
                correlation_id="c",
            )
            body = one if isinstance(one, bytes) else one.model_dump_json().encode()
            message = aio_pika.Message(
                body, headers={**headers, ATTEMPT: attempt}, delivery_mode=DeliveryMode.PERSISTENT
            )
            await exchange.publish(message, MemberJoined.type, timeout=5)


Listening = Callable[[Callable[[Sequence[MemberJoined]], None]], AbstractAsyncContextManager[Inbox]]


@pytest.fixture
async def listening(broker: Broker, meetings_database: Database) -> Listening:
    """`async with listening(hear)` runs an inbox of meetings whose one subscriber calls `hear` with each group."""

    @asynccontextmanager
    async def run(hear: Callable[[Sequence[MemberJoined]], None]) -> AsyncIterator[Inbox]:
        inbox = Inbox("meetings", meetings_database, broker.url("meetings"))

        @inbox.hears(MemberJoined)
        async def on_members_joined(conn: Connection, events: Sequence[MemberJoined]) -> None:
            hear(events)

        await inbox.start()
        yield inbox
        await inbox.stop()

    return run


async def test_an_event_is_heard_once_however_often_it_comes(listening: Listening, broker: Broker) -> None:
    heard: list[MemberJoined] = []
    one, other = event("Køge"), event("Ringsted")

    async with listening(heard.extend):
        await publish(broker, one, one, event_id="the same")
        await publish(broker, one, event_id="the same")
        await publish(broker, other)
        await eventually(lambda: other in heard)

    assert heard == [one, other]


async def test_an_event_that_fails_is_tried_again_and_then_taken_in(listening: Listening, broker: Broker) -> None:
    heard: list[MemberJoined] = []

    def fail_at_first(events: Sequence[MemberJoined]) -> None:
        heard.extend(events)
        if len(heard) == 1:
            raise ValueError("not now")

    async with listening(fail_at_first):
        await publish(broker, event("Køge"))
        await eventually(lambda: len(heard) == 2)

    assert await broker.waiting("meetings.parked") == 0


async def test_an_event_that_always_fails_is_parked_and_can_be_replayed(listening: Listening, broker: Broker) -> None:
    heard: list[MemberJoined] = []
    broken = True

    def hear(events: Sequence[MemberJoined]) -> None:
        if broken:
            raise ValueError("Anna Andersen")
        heard.extend(events)

    async with listening(hear):
        await publish(broker, event("Køge"), attempt=4)
        await eventually(lambda: broker.waiting("meetings.parked"))
        [waiting] = await parked.waiting(broker.url("meetings"), "meetings")
        broken = False
        await parked.replay(broker.url("meetings"), "meetings", [waiting.event_id])
        await eventually(lambda: heard)

    assert waiting.error == "builtins.ValueError"
    assert await broker.waiting("meetings.parked") == 0


async def test_an_event_for_which_the_ladder_has_no_rung_comes_again(listening: Listening, broker: Broker) -> None:
    heard: list[MemberJoined] = []

    def fail_twice(events: Sequence[MemberJoined]) -> None:
        heard.extend(events)
        if len(heard) <= 2:
            raise ValueError("not now")

    async with await aio_pika.connect(broker.url("operator")) as connection:
        first = await (await connection.channel()).get_queue("meetings.retry.1000", ensure=False)
        await first.unbind("meetings.retry", "1000")
        try:
            async with listening(fail_twice):
                await publish(broker, event("Køge"))
                await eventually(lambda: len(heard) == 3)
        finally:
            await first.bind("meetings.retry", "1000")

    assert await broker.waiting("meetings.parked") == 0


async def test_an_event_that_cannot_be_read_is_parked_at_once(listening: Listening, broker: Broker) -> None:
    heard: list[MemberJoined] = []
    good = event("Køge")

    async with listening(heard.extend):
        await publish(broker, b'{"organisation": 7}', b"\xff", good)
        await eventually(lambda: good in heard)
        await eventually(lambda: _equals(broker, "meetings.parked", 2))


async def _equals(broker: Broker, queue: str, count: int) -> bool:
    return await broker.waiting(queue) == count


async def test_stopping_under_load_hands_no_message_back(listening: Listening, broker: Broker) -> None:
    heard: list[MemberJoined] = []
    await publish(broker, *(event(f"By {number}") for number in range(600)))

    async with listening(heard.extend):
        await eventually(lambda: heard)

    async with await aio_pika.connect(broker.url("meetings")) as connection:
        queue = await (await connection.channel()).get_queue("meetings.inbox", ensure=False)
        left = [message async for message in _all(queue)]
    assert len(heard) + len(left) == 600
    assert not any(message.redelivered for message in left)


async def test_stopping_in_a_trickle_hands_no_message_back(listening: Listening, broker: Broker) -> None:
    heard: list[MemberJoined] = []
    published = 0

    async def trickle() -> None:
        nonlocal published
        while True:
            await publish(broker, event(f"By {published}"), event(f"Havn {published}"))
            published += 2

    async with listening(heard.extend):
        flow = asyncio.create_task(trickle())
        await eventually(lambda: len(heard) > 20)
    in_the_end = len(heard)
    await eventually(lambda: published > in_the_end + 20)
    flow.cancel()

    async with await aio_pika.connect(broker.url("meetings")) as connection:
        queue = await (await connection.channel()).get_queue("meetings.inbox", ensure=False)
        left = [message async for message in _all(queue)]
    assert len(heard) < len(heard) + len(left)
    assert not any(message.redelivered for message in left)


async def _all(queue: aio_pika.abc.AbstractQueue) -> AsyncIterator[aio_pika.abc.AbstractIncomingMessage]:
    while message := await queue.get(no_ack=True, fail=False):
        yield message


async def is_well(inbox: Inbox) -> bool:
    return await inbox.trouble() is None


async def says(inbox: Inbox, words: str) -> bool:
    return await inbox.trouble() == words


async def test_an_inbox_that_starts_before_the_broker_says_so(meetings_database: Database) -> None:
    inbox = Inbox("meetings", meetings_database, "amqp://nobody:nothing@127.0.0.1:9/")

    await asyncio.wait_for(inbox.start(), timeout=5)

    await eventually(lambda: says(inbox, "no consumer of meetings.inbox (AMQPConnectionError)"))
    await inbox.stop()


async def test_an_inbox_whose_queue_is_not_there_or_goes_says_so_and_finds_it_again(
    broker: Broker, meetings_database: Database
) -> None:
    inbox = Inbox("late", meetings_database, broker.url("operator"))
    await inbox.start()
    async with await aio_pika.connect(broker.url("operator")) as connection:
        channel = await connection.channel()
        for _ in range(2):
            await eventually(lambda: says(inbox, "no consumer of late.inbox (ChannelNotFoundEntity)"))
            queue = await channel.declare_queue("late.inbox", durable=True, arguments={"x-queue-type": "quorum"})
            await eventually(lambda: is_well(inbox))
            await queue.delete(if_unused=False, if_empty=False)
        await inbox.stop()


def test_a_person_is_not_heard_where_nobody_asked_for_it(meetings_database: Database) -> None:
    inbox = Inbox("meetings", meetings_database, "amqp://nobody:nothing@127.0.0.1:9/")

    assert PersonUpdated not in inbox.kinds
