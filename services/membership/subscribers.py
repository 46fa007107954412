"""The open event door: takes what other systems publish, many at a time, and acknowledges it once it is stored."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

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
        self._parking: set[asyncio.Task[None]] = set()
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
        self._in_hand.take(message)
        now = self._now()
        delivery = _delivery(message, now)
        try:
            incoming = Incoming(delivery, read(delivery, now))
        except Exception as why:
            self._hold(message, Failed(delivery, why))
        else:
            self._batches.put(incoming, partial(self._settle, message, delivery))

    def _settle(self, message: AbstractIncomingMessage, delivery: Delivery, why: Exception | None) -> None:
        if why is None:
            self._in_hand.settle(message)
        else:
            self._hold(message, Failed(delivery, why))

    def _hold(self, message: AbstractIncomingMessage, failed: Failed) -> None:
        """Hold what we fail on."""
        log.error("a message that we fail on", system=failed.delivery.system, exc_info=failed.why)
        self._holding.put(failed, partial(self._settle_held, message, failed))

    def _settle_held(self, message: AbstractIncomingMessage, failed: Failed, why: Exception | None) -> None:
        """Acknowledge what is held; what cannot even be held is parked."""
        if why is None:
            self._in_hand.settle(message)
        else:
            log.error("a message that we cannot even hold", system=failed.delivery.system, exc_info=why)
            parking = asyncio.create_task(self._in_hand.refuse(message, again=False))
            self._parking.add(parking)
            parking.add_done_callback(self._parking.discard)


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
