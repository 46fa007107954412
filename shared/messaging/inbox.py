"""What a service hears: each event once, many in one transaction, acknowledged after the commit."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import aiormq
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue
from pydantic import ValidationError

from shared import logs
from shared.contracts.event import Event
from shared.database.pool import Connection, Database
from shared.messaging import cloudevents, metrics, topology
from shared.messaging.batches import Batches
from shared.messaging.cloudevents import Heard, Unreadable
from shared.messaging.in_hand import InHand
from shared.messaging.ladder import Ladder

log = logs.get(__name__)


class Versioned(Protocol):
    """An event about something whose version rises with every change."""

    @property
    def version(self) -> int: ...


E = TypeVar("E", bound=Event)
V = TypeVar("V", bound=Versioned)
Hearer = Callable[[Connection, Sequence[E]], Awaitable[None]]

PREFETCH = 500
HOLD_SECONDS = 2
DRAIN_SECONDS = 6
CONNECT_SECONDS = 1


class Inbox:
    """Hands events to the service's subscribers.

    A subscriber takes the connection and all fresh events of its kinds in a group, oldest first; subscribers are
    called in the order in which they were registered. If one raises, the group is halved until the event at fault
    is alone: that one climbs the retry ladder and is parked at its end.
    """

    name = "subscribers"

    def __init__(self, service: str, database: Database, amqp_url: str) -> None:
        self._service = service
        self._hearers: list[tuple[frozenset[type[Event]], Hearer[Any]]] = []
        self._events: dict[str, type[Event]] = {}
        self._batches: Batches[Heard[Event]] = Batches(database, self.apply, most=PREFETCH)
        self._broker = RabbitBroker(
            amqp_url,
            fail_fast=False,
            reconnect_interval=1,
            graceful_timeout=DRAIN_SECONDS,
            app_id=service,
            default_channel=Channel(publisher_confirms=True, on_return_raises=True),
            apply_types=False,
            logger=None,
        )
        self._ladder = Ladder(service, self._broker)
        self._subscriber = self._broker.subscriber(
            RabbitQueue(topology.inbox(service), queue_type=QueueType.QUORUM, declare=False),
            channel=Channel(prefetch_count=PREFETCH),
            ack_policy=AckPolicy.MANUAL,
            decoder=_undecoded,
        )
        self._subscriber(self._hear)
        self._connecting: asyncio.Task[None] | None = None
        self._in_hand = InHand(PREFETCH)
        self._climbing: set[asyncio.Task[None]] = set()

    def hears(self, *kinds: type[E]) -> Callable[[Hearer[E]], Hearer[E]]:
        """Register the one subscriber for some kinds of events; it gets them together, as they came."""

        def register(hearer: Hearer[E]) -> Hearer[E]:
            self._events.update({kind.type: kind for kind in kinds})
            self._hearers.append((frozenset(kinds), hearer))
            return hearer

        return register

    @property
    def kinds(self) -> frozenset[type[Event]]:
        """The kinds of events that are heard."""
        return frozenset(self._events.values())

    async def start(self) -> None:
        await self._batches.start()
        self._connecting = asyncio.create_task(self._connect(), name=self.name)

    async def stop(self) -> None:
        """Stop taking messages, finish those begun, then close; nothing is handed back that was not begun."""
        if self._connecting:
            # Messages may come before the consumer's name does; without it the consumer cannot be cancelled.
            await asyncio.wait([self._connecting], timeout=3 * CONNECT_SECONDS)
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        await self._in_hand.hold(HOLD_SECONDS)
        await self._cancel_consumer()
        await self._in_hand.finish(DRAIN_SECONDS)
        await self._broker.stop()
        await self._batches.stop()

    async def trouble(self) -> str | None:
        queue, tag = self._subscriber._queue_obj, self._subscriber._consumer_tag
        if not self._subscriber.running or queue is None or tag is None:
            return "no consumer"
        if queue.channel.is_closed:
            return "the consumer is gone"
        channel = await queue.channel.get_underlay_channel()
        return None if isinstance(channel, aiormq.Channel) and tag in channel.consumers else "the consumer is gone"

    async def _connect(self) -> None:
        """Start to consume, again and again until it works: a broker that has just started may lack our queue yet."""
        while True:
            try:
                await self._broker.start()
            except Exception as why:
                log.warning("cannot consume yet", error=type(why).__name__)
            else:
                return
            await self._broker.stop()
            await asyncio.sleep(CONNECT_SECONDS)

    async def _cancel_consumer(self) -> None:
        queue, tag = self._subscriber._queue_obj, self._subscriber._consumer_tag
        if queue is not None and tag is not None and not queue.channel.is_closed:
            self._subscriber._consumer_tag = None
            await queue.cancel(tag)

    async def _hear(self, message: RabbitMessage) -> None:
        self._in_hand.take(message.raw_message)
        try:
            heard = cloudevents.read(message.headers, message.body, self._events)
        except (Unreadable, ValidationError) as why:
            await self._put_aside(message, self._ladder.park(message, why))
            return
        self._batches.put(heard, partial(self._settle, message))

    def _settle(self, message: RabbitMessage, why: Exception | None) -> None:
        if why is None:
            self._in_hand.settle(message.raw_message)
        else:
            climbing = asyncio.create_task(self._put_aside(message, self._ladder.climb(message, why)))
            self._climbing.add(climbing)
            climbing.add_done_callback(self._climbing.discard)

    async def _put_aside(self, message: RabbitMessage, forwarding: Awaitable[None]) -> None:
        """Settle a message once its copy is on the ladder; where that is away, have it handed over again."""
        try:
            await forwarding
        except Exception as why:
            log.warning("the retry ladder is away", error=type(why).__name__)
            await asyncio.sleep(1)
            await self._in_hand.refuse(message.raw_message, again=True)
        else:
            self._in_hand.settle(message.raw_message)

    async def apply(self, conn: Connection, group: Sequence[Heard[Event]]) -> None:
        """Hand the events of a group that are fresh to the subscribers, all in the transaction that is open."""
        fresh = await mark(conn, group)
        for kinds, hearer in self._hearers:
            if events := [heard.event for heard in fresh if type(heard.event) in kinds]:
                await hearer(conn, events)
        for heard in fresh:
            metrics.HEARD.labels(heard.event.type).inc()
            log.info(
                "heard",
                event_type=heard.event.type,
                event_id=heard.id,
                correlation_id=heard.event.correlation_id,
            )


async def mark(conn: Connection, group: Sequence[Heard[Event]]) -> list[Heard[Event]]:
    """Mark events as seen and return those that were not seen before, each once, in order."""
    unique = {(heard.source, heard.id): heard for heard in reversed(group)}
    rows = await conn.fetch(
        """
        INSERT INTO inbox (source, event_id)
        SELECT * FROM unnest($1::text[], $2::text[])
            ON CONFLICT DO NOTHING
        RETURNING source, event_id
        """,
        [source for source, _ in unique],
        [event_id for _, event_id in unique],
    )
    new = {(row["source"], row["event_id"]) for row in rows}
    return [heard for key, heard in reversed(unique.items()) if key in new]


def newest(events: Iterable[V], key: Callable[[V], object]) -> list[V]:
    """Keep, of the events about each thing, the one with the highest `version`."""
    kept: dict[object, V] = {}
    for event in events:
        known = kept.get(key(event))
        if known is None or event.version > known.version:
            kept[key(event)] = event
    return list(kept.values())


async def _undecoded(message: RabbitMessage) -> RabbitMessage:
    return message
