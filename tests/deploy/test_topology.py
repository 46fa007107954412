"""Where messages go on the real broker, by themselves and after a failure."""

import asyncio
import time
from collections import Counter
from typing import Any

import aio_pika
import httpx
import pytest
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import PublishError

from deploy.postgres.roles import SERVICES
from tests.support.broker import Broker
from tests.support.eventually import eventually

REJECTIONS = 25  # above the limit of an inbox, and above RabbitMQ 4's default limit


async def next_message(queue: AbstractQueue, within: float = 10) -> AbstractIncomingMessage:
    return await eventually(lambda: queue.get(fail=False), within=within)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_first_rung_of_the_ladder_leads_back_to_the_inbox_of_its_service(
    broker: Broker, service: str
) -> None:
    async with await aio_pika.connect(broker.url(service)) as connection:
        channel = await connection.channel()
        retry = await channel.get_exchange(f"{service}.retry", ensure=False)
        inbox = await channel.get_queue(f"{service}.inbox", ensure=False)
        sent = time.monotonic()

        await retry.publish(aio_pika.Message(b"again", headers={"x-attempt": 1}, message_id="7"), "1000")
        came = await next_message(inbox)
        waited = time.monotonic() - sent
        await came.ack()

    assert (came.body, came.headers["x-attempt"], came.message_id) == (b"again", 1, "7")
    assert 0.9 < waited < 3


@pytest.mark.parametrize("delay", [1_000, 10_000, 60_000, 600_000])
async def test_every_rung_exists(broker: Broker, delay: int) -> None:
    async with await aio_pika.connect(broker.url("meetings")) as connection:
        retry = await (await connection.channel()).get_exchange("meetings.retry", ensure=False)

        await retry.publish(aio_pika.Message(b"again"), str(delay))

    assert await broker.waiting(f"meetings.retry.{delay}") == 1


async def test_a_rung_that_does_not_exist_is_an_error_not_a_loss(broker: Broker) -> None:
    async with await aio_pika.connect(broker.url("meetings")) as connection:
        channel = await connection.channel(on_return_raises=True)
        retry = await channel.get_exchange("meetings.retry", ensure=False)

        with pytest.raises(PublishError):
            await retry.publish(aio_pika.Message(b"again"), "1234")


async def test_nothing_is_lost_on_the_way_from_a_rung_to_the_inbox(broker: Broker) -> None:
    bodies = [str(number).encode() for number in range(1_000)]
    modes = (DeliveryMode.PERSISTENT, DeliveryMode.NOT_PERSISTENT)
    async with await aio_pika.connect(broker.url("membership")) as connection:
        channel = await connection.channel()
        retry = await channel.get_exchange("membership.retry", ensure=False)
        inbox = await channel.get_queue("membership.inbox", ensure=False)
        messages = [aio_pika.Message(body, delivery_mode=modes[n % 2]) for n, body in enumerate(bodies)]

        await asyncio.gather(*(retry.publish(message, "1000") for message in messages))
        came = Counter([(await next_message(inbox)).body for _ in bodies])

    assert came == Counter(bodies)


async def test_a_message_that_ends_its_consumer_again_and_again_is_parked(broker: Broker) -> None:
    async with await aio_pika.connect(broker.url("membership")) as connection:
        channel = await connection.channel()
        events = await channel.get_exchange("membership.events", ensure=False)
        await events.publish(aio_pika.Message(b"poison"), "membership.member_left.v1")
    async with await aio_pika.connect(broker.url("meetings")) as connection:
        channel = await connection.channel()
        inbox = await channel.get_queue("meetings.inbox", ensure=False)
        parked = await channel.get_queue("meetings.parked", ensure=False)

        deliveries = 0
        while came := await inbox.get(fail=False):
            deliveries += 1
            await came.reject(requeue=True)
        kept = await next_message(parked)
        await kept.ack()

    assert deliveries == 21
    assert kept.body == b"poison"


@pytest.mark.parametrize("service", SERVICES)
async def test_what_a_service_gives_up_is_parked(broker: Broker, service: str) -> None:
    async with await aio_pika.connect(broker.url(service)) as connection:
        channel = await connection.channel()
        dead_letters = await channel.get_exchange(f"{service}.dlx", ensure=False)
        parked = await channel.get_queue(f"{service}.parked", ensure=False)

        await dead_letters.publish(aio_pika.Message(b"given up", headers={"x-error": "Unreadable"}), "any key")
        kept = await next_message(parked)
        await kept.ack()

    assert (kept.body, kept.headers["x-error"]) == (b"given up", "Unreadable")


@pytest.mark.parametrize("queue", ["membership.parked", "bus.unrouted"])
async def test_a_kept_message_may_be_looked_at_as_often_as_one_likes(broker: Broker, queue: str) -> None:
    async with await aio_pika.connect(broker.url("operator")) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(aio_pika.Message(b"kept"), queue)
        kept = await channel.get_queue(queue, ensure=False)

        for _ in range(REJECTIONS):
            await (await next_message(kept)).reject(requeue=True)

    await eventually(lambda: broker.waiting(queue))


async def test_an_event_that_nobody_hears_is_kept(broker: Broker) -> None:
    async with await aio_pika.connect(broker.url("meetings")) as connection:
        events = await (await connection.channel()).get_exchange("meetings.events", ensure=False)

        await events.publish(aio_pika.Message(b"unheard"), "meetings.nobody_wants_this.v1")

    await eventually(lambda: broker.waiting("bus.unrouted"))


async def test_an_answer_to_a_system_without_a_queue_is_dropped(broker: Broker) -> None:
    async with await aio_pika.connect(broker.url("membership")) as connection:
        answers = await (await connection.channel()).get_exchange("upstream.answers", ensure=False)

        await answers.publish(aio_pika.Message(b"to nobody"), "stranger", mandatory=False)

    assert await broker.waiting("bus.unrouted") == 0


async def test_every_queue_survives_a_restart_and_hands_on_without_loss(broker: Broker) -> None:
    queues = await eventually(lambda: _described(broker))

    assert set(queues) == set(broker.queues)
    for name, queue in queues.items():
        assert queue["durable"], name
        assert queue["arguments"]["x-queue-type"] == "quorum", name
        policy = queue["effective_policy_definition"]
        if ".inbox" in name or ".retry." in name:
            assert policy["dead-letter-strategy"] == "at-least-once", name
            assert policy["overflow"] == "reject-publish", name
        if name.startswith("upstream.answers."):
            assert (policy["max-length"], policy["overflow"]) == (10_000, "drop-head")
            assert policy["message-ttl"] == 14 * 24 * 60 * 60 * 1000


async def _described(broker: Broker) -> dict[str, Any] | None:
    """Return what the management says of each queue, once it has looked at all of them."""
    operator = "operator", broker.passwords.of_user("operator")
    async with httpx.AsyncClient(base_url=broker.address.management_url, auth=operator) as client:
        found = (await client.get("/api/queues")).json()
    if not all("effective_policy_definition" in queue for queue in found):
        return None
    return {queue["name"]: queue for queue in found}
