"""The door at the real broker: everything is answered, whatever comes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import aio_pika
import pytest

from services.membership import subscribers
from services.membership.envelope import MOST_FAULTS, read
from services.membership.intake import Incoming
from services.membership.messages import MOST_OCTETS, Delivery, Failed, Refusal, Reported
from services.membership.subscribers import Door
from services.membership.use_cases import taking_in
from shared.contracts.upstream import FORBIDDEN
from shared.database.pool import Connection, Database
from tests.membership.conftest import EVENING, kept_messages
from tests.membership.test_envelope import GOOD
from tests.support.broker import Broker
from tests.support.builders import contact, joined
from tests.support.eventually import eventually
from tests.support.upstream import system
from tests.support.wire import Octets, Sent, nested, table, text, written


async def test_a_body_over_the_limit_is_refused_by_the_broker_and_the_door_stays_open(
    running: Door, broker: Broker
) -> None:
    async with system(broker) as register:
        with pytest.raises(aio_pika.exceptions.AMQPError):
            await register.publish(GOOD, body=b"x" * (MOST_OCTETS + 1))
    async with system(broker) as register:
        await register.publish(GOOD, body=b"x" * MOST_OCTETS)
        await register.publish(GOOD)
        answers = await register.answers(2)

    assert [answer["type"].split(".")[1] for answer in answers] == ["message_rejected", "message_accepted"]


async def test_the_longest_answer_that_there_can_be_reaches_its_system(running: Door, broker: Broker) -> None:
    bad = "".join(sorted(FORBIDDEN))
    people = [
        contact(key=bad, name=bad, email="\U0001f3d8" * 254, phone=bad[:40], title=bad, role="king", language="sv")
        for _ in range(25)
    ]

    async with system(broker) as register:
        await register.publish(joined("koege", *people, name=bad, town=bad, region=bad))
        [answer] = await register.answers(1)

    *named, last = answer["faults"]
    assert (len(named), last["reason"]) == (MOST_FAULTS, f"{7 * len(people) + 3 - MOST_FAULTS} further faults")


async def test_a_message_that_we_fail_on_is_held_and_harms_no_other(
    running: Door, broker: Broker, membership_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = running._batches._apply

    async def fail_on_one(conn: Connection, group: Sequence[Incoming]) -> Sequence[Incoming] | None:
        if any(b"Uheld" in incoming.delivery.body for incoming in group):
            raise ZeroDivisionError
        return await take_in(conn, group)

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
    [kept] = await kept_messages(membership_database)
    assert kept.faults[0].code == "internal"


async def test_a_message_that_we_fail_to_read_is_held_and_harms_no_other(
    running: Door, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_on_one(delivery: Delivery, now: datetime) -> Reported | Refusal:
        if b"Uheld" in delivery.body:
            raise ZeroDivisionError
        return read(delivery, now)

    monkeypatch.setattr(subscribers, "read", fail_on_one)
    monkeypatch.setattr(taking_in, "read", fail_on_one)
    async with system(broker) as register:
        for message in (joined("a"), joined("b", name="Uheld"), joined("c")):
            await register.publish(message)
        answers = await register.answers(3)

    assert sorted(fault["code"] for answer in answers for fault in answer.get("faults", ())) == ["internal"]


EVERY_KIND = {
    b"t": b"\1",
    b"b": b"\xff",
    b"B": b"\xff",
    b"s": b"\xff" * 2,
    b"u": b"\xff" * 2,
    b"I": b"\xff" * 4,
    b"i": b"\xff" * 4,
    b"l": b"\xff" * 8,
    b"f": b"\1" * 4,
    b"d": b"\1" * 8,
    b"D": b"\xff" * 5,
    b"T": b"\xff" * 8,
    b"S": bytes(4),
    b"x": bytes(4),
    b"A": bytes(4),
    b"F": bytes(4),
    b"V": b"",
}


def good(headers: Mapping[str | bytes, Any] | None = None, **changes: Any) -> Sent:
    """A message that is right, with headers added and properties changed."""
    sent = written(GOOD)
    return replace(sent, headers={**sent.headers, **(headers or {})}, **changes)


STRANGE = {
    "a name in Latin-1": good({b"sm\xf8r": "smør"}),
    "a name in Latin-1 within a table": good({"x": table({b"p\xe5l\xe6g": text(b"\xe6bler")})}),
    "a name that is empty": good({"": "x"}),
    "a content type in Latin-1": good(content_type=b"application/json; af=S\xf8ren"),
    "a content type with NUL": good(content_type="application/json; x=\0"),
    "a time outside the calendar": good({"x": Octets(b"T", b"\xff" * 8)}),
    "attributes as octets": replace(
        good(), headers={name: bytearray(value.encode()) for name, value in GOOD.headers.items()}
    ),
    "as many headers as the broker takes": good({f"{number}": None for number in range(18_000)}),
    "tables as deep as the broker takes": good({"x": nested(21_000, b"\0F")}),
    "lists as deep as the broker takes": good({"x": nested(25_000, b"A")}),
    "values of every kind": good({kind: Octets(kind, octets) for kind, octets in EVERY_KIND.items()}),
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE.keys())
async def test_what_is_strange_and_not_wrong_is_taken_in(running: Door, broker: Broker, strange: Sent) -> None:
    async with system(broker) as register:
        await register.send(strange)
        await register.publish(joined("ringsted"))
        answers = await register.answers(2)

    assert [answer["type"] for answer in answers] == ["upstream.message_accepted.v1"] * 2


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
