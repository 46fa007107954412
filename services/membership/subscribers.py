"""The open event door: takes what other systems publish, many at a time, and acknowledges it once it is stored."""

import asyncio
from datetime import datetime
from functools import partial

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.messaging import topology
from shared.messaging.batches import Batches
from shared.messaging.consumer import Consumer
from shared.messaging.deliveries import Message
from shared.messaging.parked import ORIGIN

from . import use_cases
from .envelope import read
from .intake import Incoming
from .messages import Delivery, Failed
from .traffic import Traffic

log = logs.get(__name__)

PREFETCH = 1_000
# Of bodies in a group: what they grow to while they are taken in has to fit into memory, a hundred contacts in each.
GROUP_OCTETS = 512 * 1024


class Door:
    """Consumes raw messages: whatever comes, readable or not, is stored and answered, never handed back.

    What cannot even be stored, by a fault of ours, is parked.
    """

    name = "subscribers"

    def __init__(self, database: Database, amqp_url: str, now: Clock) -> None:
        self._now = now
        self._batches: Batches[Incoming] = Batches(
            database,
            lambda conn, group: use_cases.receive(conn, group, now()),
            most=PREFETCH,
            weigh=lambda incoming: len(incoming.delivery.body),
            heaviest=GROUP_OCTETS,
        )
        self._holding: Batches[Failed] = Batches(
            database, lambda conn, group: use_cases.hold(conn, group, now()), most=PREFETCH
        )
        self._consumer = Consumer(self.name, amqp_url, topology.inbox("membership"), self._take, most=PREFETCH)
        self._traffic = Traffic(database, now, self._consumer.trouble)
        self._parking: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._batches.start()
        await self._holding.start()
        await self._traffic.start()
        await self._consumer.start()

    async def stop(self) -> None:
        """Take no more, finish what is in hand, then close."""
        await self._consumer.stop()
        await self._batches.stop()
        await self._holding.stop()
        await self._traffic.stop()

    async def trouble(self) -> str | None:
        taking = await self._consumer.trouble() or self._batches.trouble() or self._holding.trouble()
        return taking or await self._traffic.trouble()

    def _take(self, message: Message) -> None:
        self._consumer.in_hand.take(message)
        now = self._now()
        delivery = _delivery(message, now)
        self._traffic.count(delivery.system)
        try:
            incoming = Incoming(delivery, read(delivery, now))
        except Exception as why:
            self._hold(message, Failed(delivery, why))
        else:
            self._batches.put(incoming, partial(self._settle, message, delivery))

    def _settle(self, message: Message, delivery: Delivery, why: Exception | None) -> None:
        if why is None:
            self._consumer.in_hand.settle(message)
        else:
            self._hold(message, Failed(delivery, why))

    def _hold(self, message: Message, failed: Failed) -> None:
        """Hold what we fail on."""
        log.error("a message that we fail on", system=failed.delivery.system, exc_info=failed.why)
        self._holding.put(failed, partial(self._settle_held, message, failed))

    def _settle_held(self, message: Message, failed: Failed, why: Exception | None) -> None:
        """Acknowledge what is held; what cannot even be held is parked."""
        if why is None:
            self._consumer.in_hand.settle(message)
        else:
            log.error("a message that we cannot even hold", system=failed.delivery.system, exc_info=why)
            parking = asyncio.create_task(self._consumer.in_hand.refuse(message, again=False))
            self._parking.add(parking)
            parking.add_done_callback(self._parking.discard)


def _delivery(message: Message, now: datetime) -> Delivery:
    content_type = message.content_type
    return Delivery(
        routing_key=_storable(_routing_key(message)),
        content_type=None if content_type is None else _storable(content_type),
        headers=message.headers,
        body=message.body,
        received_at=now,
    )


def _storable(text: str) -> str:
    """Postgres keeps any text but NUL."""
    return text.replace("\0", "\ufffd")


def _routing_key(message: Message) -> str:
    """Return the key with which the message was published; what says otherwise is believed of a replay alone."""
    if message.exchange == topology.UPSTREAM:
        return message.routing_key
    return str(message.headers.get(ORIGIN, ""))
