"""Another system at the real broker, as its developer would write it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractExchange, AbstractQueue, DeliveryMode

from tests.support import wire
from tests.support.broker import Broker
from tests.support.builders import SYSTEM, Message
from tests.support.eventually import eventually


@asynccontextmanager
async def system(broker: Broker, name: str = SYSTEM) -> AsyncIterator["System"]:
    """Log in as a system."""
    async with await aio_pika.connect(broker.url(name)) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange("upstream", ensure=False)
        queue = await channel.get_queue(f"upstream.answers.{name}", ensure=False)
        yield System(name, connection, exchange, queue)


class System:
    """A system that publishes and reads its answers."""

    def __init__(
        self, name: str, connection: AbstractConnection, exchange: AbstractExchange, queue: AbstractQueue
    ) -> None:
        self._name = name
        self._connection = connection
        self._exchange = exchange
        self._queue = queue

    async def publish(self, message: Message, **changes: Any) -> None:
        """Publish a message with some of its properties changed."""
        facts = {"body": message.body, "headers": message.headers, "content_type": "application/json", **changes}
        sent = aio_pika.Message(**facts, delivery_mode=DeliveryMode.PERSISTENT)
        await self._exchange.publish(sent, f"{self._name}.x", mandatory=True, timeout=5)

    async def send(self, *messages: wire.Sent) -> None:
        """Publish messages octet by octet."""
        await wire.publish(self._connection, *messages)

    async def answers(self, count: int, within: float = 20) -> list[dict[str, Any]]:
        """Wait for so many answers, and return all that have come, in their order."""
        found: list[dict[str, Any]] = []

        async def take() -> bool:
            while answer := await self._queue.get(no_ack=True, fail=False):
                found.append({"type": answer.headers["ce-type"], **json.loads(answer.body)})
            return len(found) >= count

        await eventually(take, within=within)
        return found
