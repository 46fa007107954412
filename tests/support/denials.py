"""What somebody may try at the broker, and what the broker refuses it with."""

from collections.abc import Awaitable, Callable

import aio_pika
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import AMQPError

from deploy.postgres.roles import SERVICES
from shared.messaging.topology import OURS
from tests.support.broker import connected

Act = Callable[[AbstractChannel], Awaitable[object]]

EXCHANGES = (
    "",
    "upstream",
    "upstream.answers",
    "bus.unrouted",
    "amq.topic",
    *(f"{service}.{kind}" for service in SERVICES for kind in ("events", "retry", "dlx")),
    *(f"{OURS}.{kind}" for kind in ("retry", "dlx")),
)
QUEUES = (
    "bus.unrouted",
    *(f"{inbox}.{kind}" for inbox in (*SERVICES, OURS) for kind in ("inbox", "parked", "retry.1000")),
)


def publish(exchange: str, key: str, user_id: str | None = None) -> Act:
    """Publish something to an exchange, under a key."""

    async def act(channel: AbstractChannel) -> object:
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        return await target.publish(aio_pika.Message(b"{}", user_id=user_id), key, mandatory=False)

    return act


def read(queue: str) -> Act:
    """Take a message from a queue."""

    async def act(channel: AbstractChannel) -> object:
        return await (await channel.get_queue(queue, ensure=False)).get(fail=False)

    return act


async def refusal(url: str, act: Act) -> type[AMQPError] | None:
    """Log in and do one thing, and return what the broker refused it with, or None where it was done."""
    async with connected(url) as connection:
        channel = await connection.channel()
        try:
            await act(channel)
        except AMQPError as refused:
            return type(refused)
        return None
