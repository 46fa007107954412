"""What other systems send is read in every form that libraries write, and every fault is named."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.membership.envelope import read
from services.membership.messages import Refusal, Reported
from tests.membership.conftest import EVENING, delivery
from tests.support.builders import Message, appointed, contact, joined
from tests.support.wire import text, written

GOOD = joined("koege", contact("anna"))


def structured(message: Message) -> dict[str, Any]:
    attributes = {name.removeprefix("ce-"): value for name, value in message.headers.items()}
    return {**attributes, "data": message.data}


@pytest.mark.parametrize("prefix", ["ce-", "CE-", "cloudEvents:", "cloudEvents_"])
def test_attributes_are_read_under_every_prefix(prefix: str) -> None:
    headers = {name.replace("ce-", prefix): value for name, value in GOOD.headers.items()}

    found = read(delivery(GOOD, EVENING, headers=headers), EVENING)

    assert isinstance(found, Reported)
    assert (found.source, found.id, found.time, found.system) == (GOOD.source, GOOD.id, GOOD.time, "register")


def test_a_header_that_names_no_attribute_is_passed_over() -> None:
    message = joined("koege")

    found = read(delivery(message, EVENING, headers={**message.headers, "ce-": "a", "cloudEvents:": "b"}), EVENING)

    assert isinstance(found, Reported)


def test_a_structured_event_is_read_from_its_body() -> None:
    body = json.dumps(structured(GOOD)).encode()
    sent = delivery(GOOD, EVENING, headers={}, body=body, content_type="application/cloudevents+json; charset=utf-8")

    found = read(sent, EVENING)

    assert isinstance(found, Reported)
    assert found.message == read_message(GOOD)


def read_message(message: Message) -> object:
    found = read(delivery(message, EVENING), EVENING)
    assert isinstance(found, Reported)
    return found.message


@pytest.mark.parametrize(
    "time", [int(GOOD.time.timestamp() * 1000), GOOD.time, GOOD.time.replace(tzinfo=None), "2026-03-02T09:00:00+01:00"]
)
def test_time_is_read_as_text_milliseconds_or_amqp_timestamp(time: object) -> None:
    found = read(delivery(GOOD, EVENING, headers={**GOOD.headers, "ce-time": time}), EVENING)

    assert isinstance(found, Reported)
    assert found.time == GOOD.time


def test_a_domain_with_danish_letters_is_written_as_mail_servers_know_it() -> None:
    found = read_message(appointed(contact(email="Anna@ærø.dk")))

    assert found.contact.email == "Anna@xn--r-3fa9c.dk"  # type: ignore[attr-defined]


@pytest.mark.parametrize("octets", [b"sm\xf8r", b"sm\xe6r"])
def test_ids_that_are_not_utf_8_are_not_taken_for_one_another(octets: bytes) -> None:
    sent = replace(written(GOOD), headers={**GOOD.headers, "ce-id": text(octets)})

    found = read(sent.delivered(EVENING), EVENING)

    assert isinstance(found, Refusal)
    assert [(fault.field, fault.code) for fault in found.faults] == [("id", "lost_character")]


def test_nothing_of_the_past_is_ahead_of_the_clock() -> None:
    found = read(delivery(GOOD, EVENING), datetime(2026, 3, 2, 8, 0, tzinfo=UTC))

    assert isinstance(found, Reported)
