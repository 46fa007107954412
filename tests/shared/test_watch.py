"""What is found by looking at the broker and at the outbox."""

from datetime import datetime, timedelta
from uuid import uuid4

import aio_pika
from prometheus_client import REGISTRY

from shared.clock import utc_now
from shared.database.pool import Database
from shared.findings import Finding
from shared.messaging import outbox, said, unrouted
from shared.messaging.said import outbox_look
from shared.messaging.watch import broker_look
from tests.meetings.builders import person_updated
from tests.support.broker import Broker


def in_an_hour() -> datetime:
    return utc_now() + timedelta(hours=1)


async def publish(broker: Broker, exchange: str, routing_key: str, *, user: str = "membership") -> None:
    async with await aio_pika.connect(broker.url(user)) as connection:
        channel = await connection.channel()
        message = aio_pika.Message(b"{}", headers={"ce-id": "1"})
        await (await channel.get_exchange(exchange, ensure=False)).publish(message, routing_key)


async def found(broker: Broker) -> dict[str, Finding]:
    look = broker_look("membership", broker.url("membership"), reads_unrouted=True)
    return {finding.subject: finding for finding in await look()}


async def test_a_broker_that_is_well_takes_messages(broker: Broker) -> None:
    seen = await found(broker)

    assert seen["broker"] == Finding("broker", "takes messages")
    assert seen["parked events"].well
    assert seen["unrouted messages"].well
    assert REGISTRY.get_sample_value("broker_blocked") == 0


async def test_a_look_leaves_nothing_behind(broker: Broker) -> None:
    await found(broker)

    assert [await broker.waiting(queue) for queue in broker.queues] == [0] * len(broker.queues)


async def test_an_inbox_that_nobody_listens_to_is_a_concern(broker: Broker) -> None:
    await publish(broker, "upstream", "register.x", user="register")

    seen = await found(broker)

    words = "1 messages wait for 0 consumers: is the part `subscribers` of membership running?"
    assert seen["inbox"] == Finding("inbox", words, well=False)
    assert REGISTRY.get_sample_value("queue_messages", {"queue": "membership.inbox"}) == 1
    assert REGISTRY.get_sample_value("queue_consumers", {"queue": "membership.inbox"}) == 0


async def test_what_is_parked_and_what_nobody_wanted_are_concerns(broker: Broker) -> None:
    await publish(broker, "membership.dlx", "")
    await publish(broker, "membership.events", "membership.nobody_listens.v1")

    seen = await found(broker)

    assert not seen["parked events"].well
    assert "python -m services.membership parked list" in seen["parked events"].words
    assert not seen["unrouted messages"].well
    assert "python -m services.membership unrouted list" in seen["unrouted messages"].words


async def test_a_broker_that_is_not_there_is_a_concern() -> None:
    [seen] = await broker_look("membership", "amqp://membership:secret@127.0.0.1:9/")()

    assert seen == Finding("broker", "no answer from the broker (AMQPConnectionError)", well=False)
    assert REGISTRY.get_sample_value("broker_blocked") == 1


async def test_what_nobody_wanted_is_shown_and_published_again(broker: Broker) -> None:
    await publish(broker, "membership.events", "membership.nobody_listens.v1")

    listed = await unrouted.run(broker.url("membership"), "list")
    replayed = await unrouted.run(broker.url("membership"), "replay")

    assert listed == ["membership.events  membership.nobody_listens.v1  1"]
    assert replayed == ["1 published again"]
    assert await broker.waiting("bus.unrouted") == 1


async def test_an_outbox_shows_how_much_waits_and_for_how_long(meetings_database: Database) -> None:
    async with meetings_database.transaction() as conn:
        await outbox.add(conn, person_updated(uuid4(), "Anna"), person_updated(uuid4(), "Bo"))

    [waiting, refused] = await outbox_look("meetings", meetings_database, in_an_hour)()

    assert waiting.words.startswith("2 events wait to be published, the oldest for 36")
    assert waiting.words.endswith("no relay leads: its part is not running, or has no broker")
    assert (waiting.well, refused.well) == (False, True)
    assert REGISTRY.get_sample_value("outbox_waiting") == 2
    assert REGISTRY.get_sample_value("outbox_given_up") == 0
    assert 3600 <= (REGISTRY.get_sample_value("outbox_oldest_seconds") or 0) < 3660


async def test_an_empty_outbox_is_not_late(meetings_database: Database) -> None:
    [waiting, _] = await outbox_look("meetings", meetings_database, in_an_hour)()

    assert waiting == Finding("outbox", "0 events wait to be published")
    assert REGISTRY.get_sample_value("outbox_waiting") == 0
    assert REGISTRY.get_sample_value("outbox_oldest_seconds") == 0


async def test_an_event_that_was_given_up_is_shown_and_tried_again(meetings_database: Database) -> None:
    async with meetings_database.transaction() as conn:
        await outbox.add(conn, person_updated(uuid4(), "Anna"))
        await conn.execute("UPDATE outbox SET attempts = 20, last_error = 'PublishError', parked_at = now()")

    [_, refused] = await outbox_look("meetings", meetings_database, utc_now)()
    listed = await said.run(meetings_database, "list")
    replayed = await said.run(meetings_database, "replay")
    [waiting, none] = await outbox_look("meetings", meetings_database, utc_now)()

    assert not refused.well
    assert "0 events, and 1 are given up (PublishError); see: python -m services.meetings outbox list" in refused.words
    assert [line.split("  ", 1)[1] for line in listed] == [
        "membership.person_updated.v1  to membership.events  20 times refused  PublishError  given up"
    ]
    assert replayed == ["1 will be published again"]
    assert (waiting.words, none.well) == ("1 events wait to be published", True)
