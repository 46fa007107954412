"""The whole service on a real broker: what membership publishes becomes what notifications finds in its inbox."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import aio_pika
import pytest

from services.meetings.app import build
from services.meetings.settings import Settings
from shared.contracts.event import Event
from shared.contracts.meetings import InvitationIssued, InvitationWithdrawn
from shared.messaging import cloudevents, topology
from tests.conftest import DatabaseOf
from tests.meetings.builders import ANSWER_SECRET, MEETINGS_URL, MONDAY_NOON, UID_DOMAIN, ended, joined, series, started
from tests.meetings.conftest import KINDS, Service
from tests.support.broker import Broker
from tests.support.eventually import eventually

KOEGE, ANNA, BO, MANDATE, OTHER_MANDATE = (UUID(int=number) for number in range(1, 6))


@pytest.fixture
async def running(database: DatabaseOf, broker: Broker) -> AsyncIterator[None]:
    """All parts of one meetings process."""
    settings = Settings.model_validate(
        {
            "database_url": (await database("meetings")).runtime_url,
            "amqp_url": broker.url("meetings"),
            "operator_token": "a-token-of-the-operator",
            "uid_domain": UID_DOMAIN,
            "answer_secret": ANSWER_SECRET,
            "meetings_url": MEETINGS_URL,
        }
    )
    app = build(settings, now=lambda: MONDAY_NOON)
    async with app.router.lifespan_context(app):
        yield


async def publish(broker: Broker, *events: Event) -> None:
    """Publish events as membership does."""
    async with await aio_pika.connect(broker.url("membership")) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(topology.events("membership"), ensure=False)
        for event in events:
            headers = cloudevents.headers(
                source="/membership",
                event_id=str(uuid4()),
                event_type=event.type,
                time=datetime.now(UTC),
                correlation_id=event.correlation_id,
            )
            message = aio_pika.Message(event.model_dump_json().encode(), headers=headers)
            await exchange.publish(message, event.type)


async def arrived(broker: Broker, count: int) -> list[Event]:
    """Take so many of meetings' events out of notifications' inbox."""
    found: list[Event] = []
    async with await aio_pika.connect(broker.url("notifications")) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(topology.inbox("notifications"), ensure=False)
        async with asyncio.timeout(10), queue.iterator(no_ack=True) as messages:
            async for message in messages:
                if str(message.headers["ce-type"]) in KINDS:
                    found.append(cloudevents.read(message.headers, message.body, KINDS).event)
                if len(found) == count:
                    break
    return found


async def test_what_membership_says_becomes_invitations(running: None, broker: Broker, service: Service) -> None:
    march, *_ = await service.create(series())

    await publish(broker, started(MANDATE, KOEGE, ANNA), started(OTHER_MANDATE, KOEGE, BO), joined(KOEGE))
    issued = await arrived(broker, 2)
    await publish(broker, ended(MANDATE, KOEGE, ANNA))
    (withdrawn,) = await arrived(broker, 1)

    assert {event.person_id for event in issued if isinstance(event, InvitationIssued)} == {ANNA, BO}
    assert isinstance(withdrawn, InvitationWithdrawn)
    assert (withdrawn.person_id, withdrawn.meeting.id, withdrawn.revision.sequence) == (ANNA, march.id, 1)


async def test_an_event_that_cannot_be_read_is_parked_and_disturbs_no_other(
    running: None, broker: Broker, service: Service
) -> None:
    class MandateStartedOtherwise(Event):
        type = "membership.mandate_started.v1"

    await publish(broker, MandateStartedOtherwise(correlation_id="broken"), joined(KOEGE))

    async def parked() -> bool:
        return await broker.waiting(topology.parked("meetings")) == 1

    async def member() -> bool:
        async with service.database.connection() as conn:
            return bool(await conn.fetchval("SELECT active FROM members WHERE id = $1", KOEGE))

    assert await eventually(parked)
    assert await eventually(member)
