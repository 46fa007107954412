"""What both hearers do with an event: read it, mark it, apply it, in one transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage

from shared.contracts.event import Event
from shared.contracts.membership import EVENTS

PREFETCH = 100
KNOWN = {event.type: event for event in EVENTS}

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MARK = "INSERT INTO inbox (source, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id"


def hear(broker: RabbitBroker, pool: Pool, queue: str, apply: Callable[[Connection, Event], Awaitable[None]]) -> None:
    """Subscribe to a service's inbox."""

    @broker.subscriber(
        RabbitQueue(queue, declare=False),
        channel=Channel(prefetch_count=PREFETCH),
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def on_event(message: RabbitMessage) -> None:
        headers = message.headers
        event = KNOWN[headers["ce-type"]].model_validate_json(message.body)
        async with pool.acquire() as conn, conn.transaction():
            if await conn.fetchval(MARK, headers["ce-source"], headers["ce-id"]):
                await apply(conn, event)
