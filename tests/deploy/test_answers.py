"""What a system is answered waits for it, but neither without end nor at the cost of anybody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
import httpx
from aio_pika.abc import AbstractExchange

from tests.support.broker import Broker
from tests.support.eventually import eventually

QUEUE = "upstream.answers.register"
MOST = 10_000
TOO_MANY = 500
TWO_WEEKS = 14 * 24 * 60 * 60 * 1000


@asynccontextmanager
async def answering(broker: Broker) -> AsyncIterator[AbstractExchange]:
    """Lend the exchange of the answers, as membership has it."""
    async with await aio_pika.connect(broker.url("membership")) as connection:
        yield await (await connection.channel()).get_exchange("upstream.answers", ensure=False)


@asynccontextmanager
async def made_short(broker: Broker, **bounds: int) -> AsyncIterator[None]:
    """Have narrower bounds than ours hold for every queue of answers."""
    operator = "operator", broker.passwords.of_user("operator")
    where = "/api/operator-policies/%2F/narrower"
    policy = {"pattern": r"^upstream\.answers\.", "apply-to": "queues", "definition": bounds}
    async with httpx.AsyncClient(base_url=broker.address.management_url, auth=operator, trust_env=False) as client:
        (await client.put(where, json=policy)).raise_for_status()
        try:
            yield
        finally:
            (await client.delete(where)).raise_for_status()
            await eventually(lambda: _is_as_ever(client))


async def _is_as_ever(client: httpx.AsyncClient) -> bool:
    queue = (await client.get(f"/api/queues/%2F/{QUEUE}")).json()
    return bool(queue.get("effective_policy_definition", {}).get("message-ttl") == TWO_WEEKS)


async def test_a_system_that_never_reads_loses_its_oldest_answers_and_holds_up_nobody(broker: Broker) -> None:
    async with answering(broker) as answers:
        for first in range(0, MOST + TOO_MANY, 250):
            numbers = range(first, first + 250)
            await asyncio.gather(*(answers.publish(aio_pika.Message(str(n).encode()), "register") for n in numbers))
        await answers.publish(aio_pika.Message(b"to another"), "erp")

    async def is_full() -> bool:
        return await broker.waiting(QUEUE) == MOST

    await eventually(is_full)
    async with await aio_pika.connect(broker.url("register")) as connection:
        oldest = await (await (await connection.channel()).get_queue(QUEUE, ensure=False)).get(no_ack=True)
    assert int(oldest.body) == TOO_MANY
    assert await broker.waiting("upstream.answers.erp") == 1
    assert await broker.waiting("bus.unrouted") == 0


async def test_an_answer_that_nobody_reads_in_time_is_gone(broker: Broker) -> None:
    async with made_short(broker, **{"message-ttl": 500}), answering(broker) as answers:
        await answers.publish(aio_pika.Message(b"too late"), "register")

        async def is_gone() -> bool:
            return await broker.waiting(QUEUE) == 0

        await eventually(is_gone)
    assert await broker.waiting("bus.unrouted") == 0
