"""Publishes as the register does, another system with a broker user of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractExchange

from deploy.local.demo.messages import Message
from shared.messaging import topology

from .servers import SYSTEM, Servers

WINDOW = 500


class Register:
    """The register's connection to the broker."""

    def __init__(self, upstream: AbstractExchange) -> None:
        self._upstream = upstream

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages in order, and return once all are confirmed."""
        for start in range(0, len(messages), WINDOW):
            await asyncio.gather(*map(self._publish_one, messages[start : start + WINDOW]))

    async def _publish_one(self, message: Message) -> None:
        sent = aio_pika.Message(
            message.body,
            headers={**message.headers},
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self._upstream.publish(sent, message.routing_key)


@asynccontextmanager
async def register(servers: Servers) -> AsyncIterator[Register]:
    """Lend the register while it is connected."""
    async with await aio_pika.connect(servers.amqp_url(SYSTEM)) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        yield Register(await channel.get_exchange(topology.UPSTREAM, ensure=False))
