"""The open event door: takes what other systems publish, many at a time, and acknowledges it once it is stored."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.messaging import topology
from shared.messaging.batches import Batches
from shared.messaging.in_hand import InHand
from shared.messaging.parked import ORIGIN
from shared.parts import Loop

from . import use_cases
from .envelope import read
from .intake import Incoming
from .messages import Delivery, Failed
from .octets import accept_any_octets

log = logs.get(__name__)

PREFETCH = 500
LOOK_SECONDS = 1.0
HOLD_SECONDS = 2
DRAIN_SECONDS = 6
CONNECT_SECONDS = 10


class Door:
    """Consumes raw messages: whatever comes, readable or not, is stored and answered, never handed back.

    What cannot even be stored, by a fault of ours, is parked.

    It speaks aio-pika directly, because a message may be anything, and for speed. Once a second it looks whether its
    consumer is still there, and connects anew where it is not.
    """

    name = "subscribers"

    def __init__(self, database: Database, amqp_url: str, now: Clock) -> None:
        self._amqp_url = amqp_url
        self._now = now
        self._batches: Batches[Incoming] = Batches(
            database, lambda conn, group: use_cases.take_in(conn, group, now()), most=PREFETCH
        )
        self._holding: Batches[Failed] = Batches(
            database, lambda conn, group: use_cases.hold(conn, group, now()), most=PREFETCH
        )
        self._loop = Loop(self.name, self._keep_consuming, pause=LOOK_SECONDS)
        self._open = AsyncExitStack()
        self._channel: AbstractChannel | None = None
        self._tag = ""
        self._in_hand = InHand(PREFETCH)
        self.trouble = self._loop.trouble

    async def start(self) -> None:
        accept_any_octets()
        await self._batches.start()
        await self._holding.start()
        await self._loop.start()

    async def stop(self) -> None:
        """Take no more, finish what is in hand, then close."""
        await self._loop.stop()
        await self._in_hand.hold(HOLD_SECONDS)
        if self._channel and not self._channel.is_closed:
            underlay = await self._channel.get_underlay_channel()
            await underlay.basic_cancel(self._tag)
        await self._in_hand.finish(DRAIN_SECONDS)
        await self._batches.stop()
        await self._holding.stop()
        await self._open.aclose()

    async def _keep_consuming(self) -> bool:
        if self._channel is None or self._channel.is_closed or not await self._is_consuming(self._channel):
            await self._disconnect()
            await self._consume()
        return False

    async def _is_consuming(self, channel: AbstractChannel) -> bool:
        underlay = await channel.get_underlay_channel()
        return self._tag in getattr(underlay, "consumers", ())

    async def _consume(self) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await aio_pika.connect(
                self._amqp_url, client_properties={"connection_name": "membership.subscribers"}
            )
            self._open.push_async_callback(connection.close)
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=PREFETCH)
            queue = await channel.get_queue(topology.inbox("membership"), ensure=False)
            self._tag = await queue.consume(self._take)
        self._channel = channel

    async def _disconnect(self) -> None:
        self._channel = None
        connections, self._open = self._open, AsyncExitStack()
        await connections.aclose()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        with self._in_hand.one():
            try:
                stored = await self._store(message)
                await self._in_hand.may_settle()
                if stored:
                    await message.ack()
                else:
                    await message.reject()
            except (AMQPError, ChannelInvalidStateError) as why:
                log.info("the broker will hand a message over again", error=type(why).__name__)

    async def _store(self, message: AbstractIncomingMessage) -> bool:
        """Take the message in, or hold what we fail on; return False if not even that can be done: it is parked."""
        now = self._now()
        delivery = _delivery(message, now)
        try:
            await self._batches.submit(Incoming(delivery, read(delivery, now)))
        except Exception as why:
            log.exception("a message that we fail on", system=delivery.system)
            return await self._hold(Failed(delivery, why))
        return True

    async def _hold(self, failed: Failed) -> bool:
        try:
            await self._holding.submit(failed)
        except Exception:
            log.exception("a message that we cannot even hold", system=failed.delivery.system)
            return False
        return True


def _delivery(message: AbstractIncomingMessage, now: datetime) -> Delivery:
    key, content_type = _routing_key(message), message.content_type
    return Delivery(
        routing_key=_storable(key),
        content_type=None if content_type is None else _storable(content_type),
        headers=dict(message.headers),
        body=message.body,
        received_at=now,
    )


def _storable(text: str) -> str:
    """Postgres keeps any text but NUL."""
    return text.replace("\0", "\ufffd")


def _routing_key(message: AbstractIncomingMessage) -> str:
    """Return the key with which the message was published; what says otherwise is believed of a replay alone."""
    if message.exchange == topology.UPSTREAM:
        return message.routing_key or ""
    return str(message.headers.get(ORIGIN, ""))
