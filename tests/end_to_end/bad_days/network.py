"""The platform on a bad day, seen by a system that repeats what was not confirmed, as a careful developer writes it."""

import asyncio
import json
import math
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Self

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, DeliveryMode
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from deploy.local.stack import Stack
from tests.end_to_end.network import Network
from tests.support.broker import Broker, connected
from tests.support.builders import SYSTEM, Message
from tests.support.eventually import eventually

IN_FLIGHT = 100
A_SECOND = 80
AS_FAST_AS_IT_GOES = math.inf
AWAY = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError)


class BadDayNetwork(Network):
    """A network whose broker may go away and come back; `answered` counts the answers to each message by its id."""

    quiet_looks, look_every = 6, 0.15

    def __init__(self, stack: Stack, broker: Broker) -> None:
        super().__init__(stack, broker)
        self.confirmed: dict[str, Message] = {}
        self.answered: Counter[str | None] = Counter()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Self]:
        """Listen to the answers of the system `register`, through every loss of the connection."""
        listening = asyncio.create_task(self._listen())
        try:
            yield self
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    async def publish(self, messages: Iterable[Message], per_second: float = AS_FAST_AS_IT_GOES) -> None:
        """Publish messages, many at once; return when each was confirmed, however often the connection was lost."""
        waiting = list(messages)
        while waiting:
            with suppress(*AWAY):
                async with connected(self.broker.url(SYSTEM)) as connection:
                    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                    exchange = await channel.get_exchange("upstream", ensure=False)
                    await self._publish(exchange, waiting, per_second)
            waiting = [message for message in waiting if message.id not in self.confirmed]
            await asyncio.sleep(0.1 if waiting else 0)

    async def settled(self, answers: int = 0, within: float = 120) -> None:
        """Wait until every message has its answer, nothing is under way, and nothing has changed for a while."""

        def all_are_answered() -> bool:
            assert not (missing := self.confirmed.keys() - self.answered.keys()), f"{len(missing)} have no answer"
            return True

        await eventually(all_are_answered, within=within)
        await super().settled(answers, within)

    async def left_over(self) -> dict[str, int]:
        """Count what waits in each queue, parked messages included, without those in which nothing does."""
        waiting = {queue: await self.broker.waiting(queue) for queue in self.broker.queues}
        return {queue: count for queue, count in waiting.items() if count}

    async def _publish(self, exchange: AbstractExchange, messages: list[Message], per_second: float) -> None:
        for start in range(0, len(messages), IN_FLIGHT):
            sending = []
            for message in messages[start : start + IN_FLIGHT]:
                sending.append(asyncio.create_task(self._send(exchange, message)))
                await asyncio.sleep(1 / per_second)
            if any(await asyncio.gather(*sending, return_exceptions=True)):
                return

    async def _send(self, exchange: AbstractExchange, message: Message) -> None:
        await exchange.publish(as_sent(message), f"{SYSTEM}.x", mandatory=True)
        self.confirmed[message.id] = message

    async def _listen(self) -> None:
        while True:
            with suppress(*AWAY):
                await self._take_answers()
            await asyncio.sleep(0.1)

    async def _take_answers(self) -> None:
        gone = asyncio.Event()
        async with connected(self.broker.url(SYSTEM)) as connection:
            connection.close_callbacks.add(lambda *_: gone.set())
            channel = await connection.channel()
            queue = await channel.get_queue(f"upstream.answers.{SYSTEM}", ensure=False)
            await queue.consume(self._take_answer)
            await gone.wait()

    async def _take_answer(self, answer: AbstractIncomingMessage) -> None:
        content = {"type": answer.headers["ce-type"], **json.loads(answer.body)}
        self.answers.append(content)
        self.answered[content["message_id"]] += 1
        await answer.ack()


@asynccontextmanager
async def flowing(
    network: BadDayNetwork, messages: Sequence[Message], per_second: float = A_SECOND
) -> AsyncIterator[None]:
    """Publish steadily; the block begins in the middle of that, and ends once all is published."""
    async with asyncio.TaskGroup() as flow:
        flow.create_task(network.publish(messages, per_second))
        await eventually(lambda: messages[len(messages) // 3].id in network.confirmed)
        yield


def as_sent(message: Message) -> aio_pika.Message:
    """Return a message as it goes over the wire."""
    return aio_pika.Message(
        message.body,
        headers=dict(message.headers),
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
    )
