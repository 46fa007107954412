"""The door at the real broker: everything is answered, whatever comes."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue, DeliveryMode
from pamqp import encode

from services.membership import storage
from services.membership.intake import Incoming
from services.membership.messages import Delivery, Failed
from services.membership.subscribers import Door
from shared.database.pool import Connection, Database
from shared.messaging import parked
from shared.messaging.relay import Relay
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING
from tests.membership.test_envelope import BROKEN, GOOD
from tests.support.broker import Broker
from tests.support.builders import SYSTEM, Message, contact, joined
from tests.support.eventually import eventually
from tests.support.systems import let_report


@pytest.fixture
async def running(broker: Broker, database: DatabaseOf, membership_database: Database) -> AsyncIterator[Door]:
    """The door and the relay of membership, open for the system `register`."""
    membership = await database("membership")
    await let_report(membership)
    relay = Relay("membership", membership.runtime_url, broker.url("membership"))
    membership_database.on_commit(relay.wake)
    door = Door(membership_database, broker.url("membership"), lambda: EVENING)
    await relay.start()
    await door.start()
    yield door
    await door.stop()
    await relay.stop()


@asynccontextmanager
async def system(broker: Broker, name: str = SYSTEM) -> AsyncIterator["System"]:
    async with await aio_pika.connect(broker.url(name)) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange("upstream", ensure=False)
        yield System(name, exchange, await channel.get_queue(f"upstream.answers.{name}", ensure=False))


class System:
    """Another system, as its developer would write it."""

    def __init__(self, name: str, exchange: aio_pika.abc.AbstractExchange, queue: AbstractQueue) -> None:
        self._name = name
        self._exchange = exchange
        self._queue = queue

    async def publish(self, message: Message, **changes: Any) -> None:
        facts = {"body": message.body, "headers": message.headers, "content_type": "application/json", **changes}
        sent = aio_pika.Message(**facts, delivery_mode=DeliveryMode.PERSISTENT)
        await self._exchange.publish(sent, f"{self._name}.x", mandatory=True, timeout=5)

    async def answers(self, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []

        async def take() -> bool:
            while answer := await self._queue.get(no_ack=True, fail=False):
                found.append({"type": answer.headers["ce-type"], **json.loads(answer.body)})
            return len(found) >= count

        await eventually(take, within=20)
        return found


async def test_every_kind_of_broken_message_is_answered_and_the_good_ones_arrive(
    running: Door, broker: Broker, membership_database: Database
) -> None:
    good = [joined(f"by-{number}", contact(f"kontakt-{number}")) for number in range(len(BROKEN))]

    async with system(broker) as register:
        for (changes, _), message in zip(BROKEN.values(), good, strict=True):
            facts = {name: value for name, value in changes.items() if name != "headers"}
            await register.publish(GOOD, **facts, headers=changes.get("headers", GOOD.headers))
            await register.publish(message)
        answers = await register.answers(2 * len(BROKEN))

    rejected = [answer for answer in answers if answer["type"] == "upstream.message_rejected.v1"]
    accepted = {answer["message_id"] for answer in answers if answer["type"] == "upstream.message_accepted.v1"}
    assert sorted(answer["faults"][0]["field"] for answer in rejected) == sorted(field for _, field in BROKEN.values())
    assert accepted == {message.id for message in good}
    async with membership_database.connection() as conn:
        assert len(await storage.kept_messages(conn)) == len(BROKEN)


async def test_a_body_over_the_limit_is_refused_by_the_broker_and_the_door_stays_open(
    running: Door, broker: Broker
) -> None:
    async with system(broker) as register:
        with pytest.raises(aio_pika.exceptions.AMQPError):
            await register.publish(GOOD, body=b"x" * (1024 * 1024 + 1))
    async with system(broker) as register:
        await register.publish(GOOD, body=b"x" * (1024 * 1024 - 1))
        await register.publish(GOOD)
        answers = await register.answers(2)

    assert [answer["type"].split(".")[1] for answer in answers] == ["message_rejected", "message_accepted"]


async def test_a_message_that_we_fail_on_is_held_and_harms_no_other(
    running: Door, broker: Broker, membership_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = running._batches._apply

    async def fail_on_one(conn: Connection, group: list[Incoming]) -> None:
        if any(b"Uheld" in incoming.delivery.body for incoming in group):
            raise ZeroDivisionError
        await take_in(conn, group)

    monkeypatch.setattr(running._batches, "_apply", fail_on_one)
    async with system(broker) as register:
        for message in (joined("a"), joined("b", name="Uheld"), joined("c")):
            await register.publish(message)
        answers = await register.answers(3)

    assert sorted(answer["type"].split(".")[1] for answer in answers) == [
        "message_accepted",
        "message_accepted",
        "message_rejected",
    ]
    async with membership_database.connection() as conn:
        [kept] = await storage.kept_messages(conn)
    assert kept.faults[0].code == "internal"


async def test_a_parked_message_is_replayed_under_the_key_of_its_system(running: Door, broker: Broker) -> None:
    await running.stop()
    async with system(broker) as register:
        await register.publish(GOOD)
        async with await aio_pika.connect(broker.url("membership")) as connection:
            queue = await (await connection.channel()).get_queue("membership.inbox", ensure=False)
            await (await queue.get()).reject()
        await eventually(lambda: broker.waiting("membership.parked"))
        assert [one.event_id for one in await parked.waiting(broker.url("membership"), "membership")] == [GOOD.id]

        await running.start()
        await parked.replay(broker.url("membership"), "membership")
        answers = await register.answers(1)

    assert [answer["type"] for answer in answers] == ["upstream.message_accepted.v1"]


async def test_a_parked_message_says_nothing_of_its_own_key(running: Door, broker: Broker) -> None:
    await running.stop()
    async with system(broker, "erp") as erp, await aio_pika.connect(broker.url("membership")) as connection:
        await erp.publish(GOOD, headers={**GOOD.headers, parked.ORIGIN: "register.x"})
        queue = await (await connection.channel()).get_queue("membership.inbox", ensure=False)
        await (await queue.get()).reject()
        await eventually(lambda: broker.waiting("membership.parked"))

        await running.start()
        await parked.replay(broker.url("membership"), "membership")
        [answer] = await erp.answers(1)

    assert [fault["code"] for fault in answer["faults"]] == ["source_not_allowed"]


@pytest.mark.parametrize("field", ["content_type", "message_id"])
async def test_properties_in_any_octets_are_read_and_answered(
    running: Door, broker: Broker, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with system(broker) as register:
        with monkeypatch.context() as patched:
            patched.setitem(encode.METHODS, "shortstr", lambda text: bytes([len(text)]) + text.encode("latin-1"))
            await register.publish(GOOD, **{field: "sm\xf8r\0"})
        await register.publish(joined("ringsted"))
        answers = await register.answers(2)

    assert answers[1]["type"] == "upstream.message_accepted.v1"


async def test_headers_in_any_octets_are_read_and_answered(
    running: Door, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with system(broker) as register:
        with monkeypatch.context() as patched:
            patched.setattr(encode, "short_string", lambda text: bytes([len(text)]) + text.encode("latin-1"))
            patched.setattr(encode, "table_integer", lambda number: b"T" + number.to_bytes(8))
            await register.publish(GOOD, headers={**GOOD.headers, "sm\xf8r": {"p\xe5l\xe6g": 2**62}})
        await register.publish(joined("ringsted"))
        answers = await register.answers(2)

    assert {answer["type"] for answer in answers} == {"upstream.message_accepted.v1"}


async def test_a_message_that_cannot_even_be_held_is_parked(
    running: Door, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(running._batches, "_apply", fail)
    monkeypatch.setattr(running._holding, "_apply", fail)
    async with system(broker) as register:
        await register.publish(GOOD)

    await eventually(lambda: broker.waiting("membership.parked"))


async def test_a_message_that_we_fail_on_is_held_once_the_database_is_back(
    running: Door, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold, away = running._holding._apply, [ConnectionRefusedError()]

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    async def hold_when_back(conn: Connection, group: Sequence[Failed]) -> None:
        if away:
            raise away.pop()
        await hold(conn, group)

    monkeypatch.setattr(running._batches, "_apply", fail)
    monkeypatch.setattr(running._holding, "_apply", hold_when_back)
    async with system(broker) as register:
        await register.publish(GOOD)
        [answer] = await register.answers(1)

    assert [fault["code"] for fault in answer["faults"]] == ["internal"]


def test_the_key_of_a_delivery_begins_with_its_system() -> None:
    sent = Delivery("register.anything", None, {}, b"", EVENING)

    assert sent.system == "register"
