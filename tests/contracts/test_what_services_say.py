"""What docs/asyncapi.json shows is what our services take in: each example is published as the document says."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import aio_pika
import pytest

from docs.generate.asyncapi import asyncapi
from docs.generate.messages import events
from services.meetings import subscribers as meetings
from services.membership import own_events as membership
from services.notifications import subscribers as notifications
from shared.clock import utc_now
from shared.database.pool import Database, opened
from shared.messaging import topology
from shared.messaging.inbox import Inbox
from tests.conftest import DatabaseOf
from tests.support.asyncapi import resolved, with_traits
from tests.support.broker import Broker
from tests.support.eventually import eventually

DOCUMENT = asyncapi()
SUBSCRIBE: dict[str, Callable[[Inbox], None]] = {
    topology.OURS: membership.subscribe,
    "meetings": lambda inbox: meetings.subscribe(inbox, utc_now),
    "notifications": lambda inbox: notifications.subscribe(inbox, "handelsbyer.example", utc_now),
}

Hearers = dict[str, Database]


@pytest.fixture
async def hearers(broker: Broker, database: DatabaseOf) -> AsyncIterator[Hearers]:
    """The services that hear, listening, by what their queues begin with, with their databases."""
    async with AsyncExitStack() as lent:
        found = {}
        for service, subscribe in SUBSCRIBE.items():
            name = service.split(".")[0]
            found[service] = await lent.enter_async_context(opened((await database(name)).runtime_url))
            inbox = Inbox(service, found[service], broker.url(name))
            subscribe(inbox)
            await inbox.start()
            lent.push_async_callback(inbox.stop)
        yield found


async def publish(broker: Broker, operation: dict[str, Any]) -> None:
    """Publish the examples of all messages of an operation, as the service whose operation it is."""
    channel, bindings = resolved(DOCUMENT, operation["channel"]), operation["bindings"]["amqp"]
    service = channel["address"].split(".")[0]
    async with await aio_pika.connect(broker.url(service)) as connection:
        opened_channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await opened_channel.get_exchange(channel["bindings"]["amqp"]["exchange"]["name"], ensure=False)
        for message in (with_traits(DOCUMENT, resolved(DOCUMENT, one)) for one in operation["messages"]):
            for example in message["examples"]:
                sent = aio_pika.Message(
                    json.dumps(example["payload"]).encode(),
                    headers=example["headers"],
                    content_type=message["contentType"],
                    delivery_mode=bindings["deliveryMode"],
                )
                await exchange.publish(sent, channel["address"], timeout=5)


async def has_taken_in(database: Database, expected: set[tuple[str, str]]) -> bool:
    """Tell whether these events `(source, id)`, and no others, are those that a service has taken in."""
    async with database.connection() as conn:
        return {tuple(row) for row in await conn.fetch("SELECT source, event_id FROM inbox")} == expected


async def test_every_example_is_taken_in_by_all_that_hear_it(broker: Broker, hearers: Hearers) -> None:
    heard = {
        service: {
            (example["source"], example["id"])
            for message in events()
            if service.split(".")[0] in message.heard_by
            for example in message.examples
        }
        for service in hearers
    }

    for operation in DOCUMENT["operations"].values():
        await publish(broker, operation)

    for service, database in hearers.items():
        await eventually(partial(has_taken_in, database, heard[service]), within=20)
        assert await broker.waiting(topology.parked(service)) == 0
