"""What a service hears: each event once, many in one transaction, acknowledged after the commit."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from shared import logs
from shared.contracts.event import Event
from shared.database.pool import Connection, Database
from shared.messaging import cloudevents, metrics, topology
from shared.messaging.batches import Batches
from shared.messaging.cloudevents import Heard, Unreadable
from shared.messaging.consumer import Consumer
from shared.messaging.deliveries import Message
from shared.messaging.ladder import Ladder
from shared.parts import asked_to_end

log = logs.get(__name__)


class Versioned(Protocol):
    """An event about something whose version rises with every change."""

    @property
    def version(self) -> int: ...


E = TypeVar("E", bound=Event)
V = TypeVar("V", bound=Versioned)
Hearer = Callable[[Connection, Sequence[E]], Awaitable[None]]

# Few enough that a stop under load soon holds as many as the broker may hand over (`Consumer.stop`).
PREFETCH = 200


class Inbox:
    """Hands events to the service's subscribers.

    A subscriber takes the connection and all fresh events of its kinds in a group, oldest first; subscribers are
    called in the order in which they were registered. If one raises, the group is halved until the event at fault
    is alone: that one climbs the retry ladder and is parked at its end.
    """

    def __init__(self, service: str, database: Database, amqp_url: str, *, name: str = "subscribers") -> None:
        """`service`: what its queues begin with; `name`: that of the part."""
        self.name = name
        self._hearers: list[tuple[frozenset[type[Event]], Hearer[Any]]] = []
        self._events: dict[str, type[Event]] = {}
        self._batches: Batches[Heard[Event]] = Batches(database, self.apply, most=PREFETCH)
        self._consumer = Consumer(self.name, amqp_url, topology.inbox(service), self._hear, most=PREFETCH)
        self._ladder = Ladder(service, amqp_url)
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
        await self._consumer.start()

    async def stop(self) -> None:
        """Stop taking messages, finish those begun, then close."""
        await self._consumer.stop()
        await self._batches.stop()
        for climbing in self._climbing:
            climbing.cancel()
        await self._ladder.close()

    async def trouble(self) -> str | None:
        return await self._consumer.trouble() or self._batches.trouble()

    def _hear(self, message: Message) -> None:
        self._consumer.in_hand.take(message)
        try:
            heard = cloudevents.read(message.headers, message.body, self._events)
        except (Unreadable, ValidationError) as why:
            self._put_aside(message, self._ladder.park(message, why))
        else:
            self._batches.put(heard, partial(self._settle, message))

    def _settle(self, message: Message, why: Exception | None) -> None:
        if why is None:
            self._consumer.in_hand.settle(message)
        else:
            self._put_aside(message, self._ladder.climb(message, why))

    def _put_aside(self, message: Message, forwarding: Coroutine[Any, Any, None]) -> None:
        climbing = asyncio.create_task(self._forward(message, forwarding))
        self._climbing.add(climbing)
        climbing.add_done_callback(self._climbing.discard)

    async def _forward(self, message: Message, forwarding: Coroutine[Any, Any, None]) -> None:
        """Settle a message once its copy is on the ladder; where that is away, have it handed over again."""
        try:
            await forwarding
        except (Exception, asyncio.CancelledError) as why:
            if asked_to_end():
                raise
            log.warning("the retry ladder is away", error=type(why).__name__)
            await asyncio.sleep(1)
            await self._consumer.in_hand.refuse(message, again=True)
        else:
            self._consumer.in_hand.settle(message)

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
