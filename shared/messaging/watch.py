"""What the broker tells who asks: whether it takes messages, who listens to our queues, and what waits in them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractChannel

from shared.findings import Finding, Look
from shared.messaging import metrics, topology
from shared.messaging.away import BROKER_AWAY

ANSWER_SECONDS = 4
CONFIRM_SECONDS = 1
CLOSE_SECONDS = 1
FREE, AWAY, ALARM = 0, 1, 2
PROBE = "probe"


def broker_look(
    service: str, amqp_url: str, *, inboxes: Sequence[str] | None = None, reads_unrouted: bool = False
) -> Look:
    """Return what sets the gauges of the broker and of a service's queues, and says how it is with them.

    `inboxes`: what the queues of its inboxes begin with, where that is not the service's name alone.
    `reads_unrouted`: look also at what no queue wanted, where the service's user may read that.
    """
    begin_with = inboxes or (service,)

    async def look() -> Sequence[Finding]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS), _channel(amqp_url, service) as channel:
                found = [await _inbox(channel, service, begin_with), await _parked(channel, service, begin_with)]
                if reads_unrouted:
                    found.append(await _unrouted(channel, service))
                return [await _takes_messages(channel, service), *found]
        except BROKER_AWAY as why:
            metrics.BLOCKED.set(AWAY)
            return [Finding("broker", f"no answer from the broker ({type(why).__name__})", well=False)]

    return look


@asynccontextmanager
async def _channel(amqp_url: str, service: str) -> AsyncIterator[AbstractChannel]:
    """Lend a channel of a connection of its own: a broker with an alarm stops reading from who publishes."""
    connection = await aio_pika.connect(amqp_url, client_properties={"connection_name": f"{service}.watch"})
    try:
        yield await connection.channel(publisher_confirms=True)
    finally:
        with suppress(*BROKER_AWAY):
            async with asyncio.timeout(CLOSE_SECONDS):
                await connection.close()


async def _takes_messages(channel: AbstractChannel, service: str) -> Finding:
    """Publish what no queue wants, twice: the first makes the broker tell of an alarm, the second it leaves unread."""
    exchange = await channel.get_exchange(topology.retry(service), ensure=False)
    with _told_alarms() as alarms:
        try:
            for _ in range(2):
                await exchange.publish(aio_pika.Message(b""), PROBE, mandatory=False, timeout=CONFIRM_SECONDS)
        except TimeoutError:
            why = " and ".join(alarms) or "no confirm within a second"
            metrics.BLOCKED.set(ALARM)
            return Finding("broker", f"the broker takes no messages ({why}): free some, and see its log", well=False)
    metrics.BLOCKED.set(FREE)
    return Finding("broker", "takes messages")


async def _inbox(channel: AbstractChannel, service: str, inboxes: Sequence[str]) -> Finding:
    counts = [await _counts(channel, topology.inbox(inbox)) for inbox in inboxes]
    messages, consumers = sum(messages for messages, _ in counts), min(consumers for _, consumers in counts)
    words = f"{messages} messages wait for {consumers} consumers"
    if consumers:
        return Finding("inbox", words)
    return Finding("inbox", f"{words}: is the part `subscribers` of {service} running?", well=False)


async def _parked(channel: AbstractChannel, service: str, inboxes: Sequence[str]) -> Finding:
    messages = sum([(await _counts(channel, topology.parked(inbox)))[0] for inbox in inboxes])
    if not messages:
        return Finding("parked events", "none")
    words = f"{messages} events could not be taken in; see: python -m services.{service} parked list"
    return Finding("parked events", words, well=False)


async def _unrouted(channel: AbstractChannel, service: str) -> Finding:
    messages, _ = await _counts(channel, topology.UNROUTED)
    if not messages:
        return Finding("unrouted messages", "none")
    words = f"no queue wanted {messages} messages; see: python -m services.{service} unrouted list"
    return Finding("unrouted messages", words, well=False)


async def _counts(channel: AbstractChannel, queue: str) -> tuple[int, int]:
    """Return how many messages wait in a queue, and how many consumers it has."""
    declared = (await channel.get_queue(queue)).declaration_result
    messages, consumers = declared.message_count or 0, declared.consumer_count or 0
    metrics.QUEUED.labels(queue).set(messages)
    metrics.CONSUMERS.labels(queue).set(consumers)
    return messages, consumers


@contextmanager
def _told_alarms() -> Iterator[list[str]]:
    """Gather what the broker says of its alarms; the library tells that to its log alone."""
    alarms: list[str] = []

    def hear(record: logging.LogRecord) -> bool:
        if "blocked by" in record.msg and isinstance(record.args, tuple):
            alarms.append(str(record.args[-1]))
        return True

    log = logging.getLogger("aiormq.connection")
    log.addFilter(hear)
    try:
        yield alarms
    finally:
        log.removeFilter(hear)
