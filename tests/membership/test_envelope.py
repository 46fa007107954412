"""What other systems send is read in every form that libraries write, and every fault is named."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.membership.envelope import read
from services.membership.messages import Refusal, Reported
from tests.membership.conftest import EVENING, delivery
from tests.support.builders import Message, appointed, contact, departed, joined, left, organisation
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


def header(name: str, value: object) -> dict[str, Any]:
    headers: dict[str, object] = {**GOOD.headers, f"ce-{name}": value}
    return {"headers": {key: kept for key, kept in headers.items() if kept is not None}}


def data(message: Message, **changes: Any) -> dict[str, Any]:
    merged = {**message.data, **changes}
    body = json.dumps({key: value for key, value in merged.items() if value is not None}).encode()
    return {"headers": message.headers, "body": body}


def of_organisation(**changes: Any) -> dict[str, Any]:
    merged = {key: value for key, value in organisation(**changes).items() if value is not None}
    return data(GOOD, organisation=merged)


def of_contact(**changes: Any) -> dict[str, Any]:
    return data(appointed(contact()), contact={key: v for key, v in contact(**changes).items() if v is not None})


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no id": (header("id", None), "id"),
    "empty id": (header("id", ""), "id"),
    "id of 9,000 characters": (header("id", "x" * 9000), "id"),
    "id a number": (header("id", 7), "id"),
    "id with NUL": (header("id", "a\0b"), "id"),
    "no source": (header("source", None), "source"),
    "no time": (header("time", None), "time"),
    "time without offset": (header("time", "2026-03-02T08:00:00"), "time"),
    "time a date": (header("time", "2026-03-02"), "time"),
    "time a truth value": (header("time", True), "time"),
    "time in 2099": (header("time", "2099-01-01T00:00:00Z"), "time"),
    "time six minutes ahead": (header("time", "2026-03-02T20:06:00Z"), "time"),
    "time before the calendar": (header("time", "0001-01-01T00:00:00+14:00"), "time"),
    "no specversion": (header("specversion", None), "specversion"),
    "another specversion": (header("specversion", "0.3"), "specversion"),
    "no type": (header("type", None), "type"),
    "unknown type": (header("type", "upstream.organisation_joind.v1"), "type"),
    "not JSON by its content type": ({"content_type": "application/xml"}, "datacontenttype"),
    "no body": ({"body": b""}, "data"),
    "invalid JSON": ({"body": b'{"organisation": '}, "data"),
    "not UTF-8": ({"body": b'{"since": "\xff\xfe"}'}, "data"),
    "a list": ({"body": b"[]"}, "data"),
    "since NaN": (data(GOOD, since=float("nan")), "data.since"),
    "a structured event that is no object": (
        {"headers": {}, "content_type": "application/cloudevents+json", "body": b"7"},
        "body",
    ),
    "a batch": ({"headers": {}, "content_type": "application/cloudevents-batch+json", "body": b"[]"}, "content-type"),
    "no organisation": (data(GOOD, organisation=None), "data.organisation"),
    "no since": (data(GOOD, since=None), "data.since"),
    "since with a time": (data(GOOD, since="2026-01-01T00:00:00"), "data.since"),
    "since a number as text": (data(GOOD, since="1767225600"), "data.since"),
    "since a number": (data(GOOD, since=1767225600), "data.since"),
    "since no day of the calendar": (data(GOOD, since="2026-02-30"), "data.since"),
    "contacts no list": (data(GOOD, contacts={"key": "anna"}), "data.contacts"),
    "no contacts": (data(GOOD, contacts=None), "data.contacts"),
    "20,000 broken contacts": (data(GOOD, contacts=[{}] * 20_000), "data.contacts"),
    "a contact twice": (data(GOOD, contacts=[contact("anna"), contact("anna")]), "data.contacts"),
    "second contact without address": (
        data(GOOD, contacts=[contact("anna"), {"key": "bo", "name": "Bo", "role": "contact"}]),
        "data.contacts[1].email",
    ),
    "no name": (of_organisation(name=None), "data.organisation.name"),
    "name a float": (of_organisation(name=1.5), "data.organisation.name"),
    "name with a line break": (of_organisation(name="Køge\r\nBcc: x@y.dk"), "data.organisation.name"),
    "name with NUL": (of_organisation(name="Kø\0ge"), "data.organisation.name"),
    "name that turns the writing direction": (of_organisation(name="K\u202eege"), "data.organisation.name"),
    "name of 201 characters": (of_organisation(name="x" * 201), "data.organisation.name"),
    "empty key": (of_organisation(key="", name="X"), "data.organisation.key"),
    "two digits of a municipality": (of_organisation(municipality_code="25"), "data.organisation.municipality_code"),
    "municipality a number": (of_organisation(municipality_code=259), "data.organisation.municipality_code"),
    "cvr of seven digits": (of_organisation(cvr="1234567"), "data.organisation.cvr"),
    "cvr against modulus 11": (of_organisation(cvr="12345678"), "data.organisation.cvr"),
    "website without scheme": (of_organisation(website="koege.dk"), "data.organisation.website"),
    "website with a line break": (of_organisation(website="https://koege.dk/\r\nX"), "data.organisation.website"),
    "website with NUL": (of_organisation(website="https://koege.dk/\0"), "data.organisation.website"),
    "address without domain": (of_contact(email="anna"), "data.contact.email"),
    "address with æ before the @": (of_contact(email="sæl@by.dk"), "data.contact.email"),
    "unknown role": (of_contact(role="king"), "data.contact.role"),
    "unknown language": (of_contact(language="sv"), "data.contact.language"),
    "leaving without a day": (data(left(), on=None), "data.on"),
    "departing without a contact": (data(departed(), contact_key=None), "data.contact_key"),
}


@pytest.mark.parametrize(("changes", "field"), BROKEN.values(), ids=BROKEN.keys())
def test_each_fault_is_named_with_its_field_and_what_would_be_right(changes: dict[str, Any], field: str) -> None:
    found = read(delivery(GOOD, EVENING, **changes), EVENING)

    assert isinstance(found, Refusal)
    assert [fault.field for fault in found.faults] == [field]
    assert all(fault.reason and fault.expected for fault in found.faults)


def test_every_fault_of_a_message_is_found_at_once() -> None:
    broken = replace(GOOD, id="", data={"organisation": organisation(cvr="1"), "since": "soon", "contacts": []})

    found = read(delivery(broken, EVENING), EVENING)

    assert isinstance(found, Refusal)
    assert {fault.field for fault in found.faults} == {"id", "data.organisation.cvr", "data.since"}


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


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*GOOD.headers, "cloudEvents:id", "x"]), ANYTHING | st.datetimes() | st.binary(), max_size=6
    ),
    st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([None, "", "application/json", "application/cloudevents+json", "text/plain"]),
)
def test_whatever_comes_is_read_or_refused(headers: dict[str, Any], body: bytes, content_type: str | None) -> None:
    for sent in (headers, {**GOOD.headers, **headers}):
        found = read(delivery(GOOD, EVENING, headers=sent, body=body, content_type=content_type), EVENING)

        assert isinstance(found, Reported) or found.faults
