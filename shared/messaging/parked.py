"""The parked queue, for an operator: what could not be taken in, and another try for it."""

import argparse
import struct
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, DeliveryMode
from pamqp import encode
from pamqp.common import FieldValue

from shared.messaging import topology
from shared.messaging.ladder import ATTEMPT, ERROR

ORIGIN = "x-origin-routing-key"


@dataclass(frozen=True)
class Parked:
    """One parked message; nothing of its content, which may name people."""

    event_id: str
    event_type: str
    error: str
    size: int


async def waiting(amqp_url: str, service: str) -> list[Parked]:
    """List the parked messages of a service, oldest first; they stay where they are."""
    async with held(amqp_url, topology.parked(service)) as (_, messages):
        return [_parked(message) for message in messages]


async def replay(amqp_url: str, service: str, ids: Iterable[str] | None = None) -> int:
    """Give the messages with these ids, or all, back to the service's own inbox, and return how many.

    They travel by the shortest retry queue and start the ladder anew; a message leaves the parked queue only once
    the broker has the copy.
    """
    wanted = None if ids is None else set(ids)
    replayed = 0
    async with held(amqp_url, topology.parked(service)) as (channel, messages):
        exchange = await channel.get_exchange(topology.retry(service), ensure=False)
        for message in messages:
            if wanted is None or _parked(message).event_id in wanted:
                await exchange.publish(_copy(message, service), str(topology.RETRY_DELAYS_MS[0]), timeout=10)
                await message.ack()
                replayed += 1
    return replayed


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add `list` and `replay`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="act")
    acts.add_parser("list", help="show their ids, types and errors")
    again = acts.add_parser("replay", help="try to take them in again")
    again.add_argument("id", nargs="*", help="these alone (default: all)")


async def run(amqp_url: str, inboxes: Sequence[str], args: argparse.Namespace) -> list[str]:
    """Carry out `parked list` or `parked replay` for a service's inboxes, and return the lines to print."""
    if args.act == "replay":
        return [f"{sum([await replay(amqp_url, inbox, args.id or None) for inbox in inboxes])} replayed"]
    return [
        f"{one.event_id}  {one.event_type}  {one.size} bytes  {one.error}"
        for inbox in inboxes
        for one in await waiting(amqp_url, inbox)
    ]


@asynccontextmanager
async def held(amqp_url: str, name: str) -> AsyncIterator[tuple[AbstractChannel, list[AbstractIncomingMessage]]]:
    """Hold all messages of a queue; those not acknowledged go back to it when the connection closes."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        queue = await channel.get_queue(name, ensure=False)
        messages = []
        while message := await queue.get(fail=False):
            messages.append(message)
        yield channel, messages


def _parked(message: AbstractIncomingMessage) -> Parked:
    headers = message.headers
    return Parked(
        event_id=str(headers.get("ce-id", "")),
        event_type=str(headers.get("ce-type", "")),
        error=str(headers.get(ERROR) or headers.get("x-first-death-reason", "")),
        size=message.body_size,
    )


def _copy(message: AbstractIncomingMessage, service: str) -> aio_pika.Message:
    kept = {name: _writable(value) for name, value in message.headers.items() if not name.startswith("x-")}
    return aio_pika.Message(
        message.body,
        headers={**kept, ORIGIN: _origin(message, service), ATTEMPT: 0},
        content_type=message.content_type,
        message_id=message.message_id,
        delivery_mode=DeliveryMode.PERSISTENT,
    )


def _writable(value: FieldValue) -> FieldValue:
    """Return a header's value, or as text what our AMQP library reads and cannot write."""
    try:
        encode.encode_table_value(value)
    except (TypeError, ValueError, OverflowError, struct.error):
        return str(value)
    return value


def _origin(message: AbstractIncomingMessage, service: str) -> str:
    """Return the routing key with which the message was published.

    The broker keeps it, but for a message that was replayed before: that one came to the inbox from a retry queue, and
    we noted it. What any other message says of itself is not believed.
    """
    key = message.routing_key or ""
    return str(message.headers.get(ORIGIN, "")) if key == topology.inbox(service) else key
