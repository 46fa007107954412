"""The open event door as an upstream system uses it: publish a message, read the answer."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from .messages import SYSTEM, Message


class Door:
    """Publishes, and keeps count of what was answered."""

    def __init__(self, exchange: AbstractExchange) -> None:
        self._exchange = exchange
        self.answers: Counter[str] = Counter()
        self.rejected: list[dict[str, Any]] = []

    async def publish(self, messages: Iterable[Message]) -> None:
        """Publish in order; returns once the broker has stored each, raises where no queue wanted one."""
        for message in messages:
            written = aio_pika.Message(
                message.body,
                headers=dict(message.headers),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await self._exchange.publish(written, message.routing_key, mandatory=True)

    async def take_answer(self, answer: AbstractIncomingMessage) -> None:
        """Count one answer; `upstream.message_accepted.v1` counts as accepted."""
        async with answer.process():
            verdict = str(answer.headers.get("ce-type")).split(".")[1].removeprefix("message_")
            self.answers[verdict] += 1
            if verdict == "rejected":
                self.rejected.append(json.loads(answer.body))


@asynccontextmanager
async def open_door(url: str) -> AsyncIterator[Door]:
    """Log in as the upstream system whose address this is, and listen to what it is answered."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        door = Door(await channel.get_exchange("upstream", ensure=False))
        answers = await channel.get_queue(f"upstream.answers.{SYSTEM}", ensure=False)
        await answers.consume(door.take_answer)
        yield door
