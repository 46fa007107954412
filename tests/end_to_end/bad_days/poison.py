"""Messages that nobody should send: what is wrong with each, and what is right though it looks wrong."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

import aio_pika

from shared.contracts.membership import PersonUpdated
from shared.contracts.upstream import MOST_CONTACTS
from tests.end_to_end.bad_days.network import as_sent
from tests.end_to_end.bad_days.story import START
from tests.support.builders import Message, contact, joined

# What `deploy/rabbitmq/rabbitmq.conf` lets through.
LIMIT = 64 * 1024
NAME = "data.organisation.name"
STRANGE = ("Ærø Ålaug Øster", "🏘️ Købmænd 👩🏽‍🌾", "Handel \u200fשלום\u200e", "'; DROP TABLE emails; --")

_numbers = count(1)


def poison() -> Iterator[tuple[aio_pika.Message, str]]:
    """Return one message of each kind, with the field that the answer is to name."""
    for name in (1.5, "Køge\u0000", "Køge\r\nBcc: alle@by.example", "Køge\u202e"):
        yield as_sent(_joined(name)), NAME
    for body in (b"{", b"\xff\xfe", b"[" * 50_000, b"x" * (LIMIT - 1)):
        yield _changed(_joined(), body=body), "data"
    for attribute, value in (
        *((attribute, None) for attribute in ("specversion", "type", "source", "id", "time")),
        ("id", 1.5),
        ("id", "i" * 9000),
        ("id", "one\r\ntwo"),
        ("type", "upstream.organisation_dissolved.v1"),
        ("time", "2099-01-01T00:00:00Z"),
    ):
        yield _changed(_joined(), headers={f"ce-{attribute}": value}), attribute


def strange() -> list[Message]:
    """Return messages that are right, though a careless program would stumble over them."""
    large = _joined()
    padding = "x" * (LIMIT - len(large.body) - len(', "note": ""'))
    return [*map(_joined, STRANGE), replace(large, data={**large.data, "note": padding})]


def too_large(size: int) -> aio_pika.Message:
    """Return a message with a body of some size."""
    return _changed(_joined(), body=b"x" * size)


def as_large_as_can_be() -> aio_pika.Message:
    """Return a message with as many contacts as there may be, about as large as the broker lets through, all wrong."""
    person = contact(name="n" * 200, title="t" * 200, email=f"{'e' * 100}@poison.example", role="king")
    people = [person] * MOST_CONTACTS
    message = as_sent(joined(f"poison-{next(_numbers)}", *people))
    assert LIMIT * 0.8 < len(message.body) <= LIMIT
    return message


def unreadable() -> Iterator[aio_pika.Message]:
    """Return what looks like one of our own events and cannot be read."""
    headers, body = _person_updated()
    yield aio_pika.Message(body)
    yield aio_pika.Message(b"\xff{", headers=headers)
    yield aio_pika.Message(b"{}", headers=headers)
    yield aio_pika.Message(body, headers={**headers, "ce-type": "membership.person_forgotten.v1"})
    yield aio_pika.Message(body, headers={**headers, "ce-id": 1.5})
    yield aio_pika.Message(json.dumps({**json.loads(body), "version": 1.5}).encode(), headers=headers)


def unstorable() -> Iterator[aio_pika.Message]:
    """Return events that can be read and that no database takes."""
    headers, body = _person_updated()
    yield aio_pika.Message(body, headers={**headers, "ce-id": token_urlsafe(6750)})
    for changes in ({"version": 2**40}, {"person": {**json.loads(body)["person"], "name": "Anna\u0000"}}):
        headers, body = _person_updated()
        yield aio_pika.Message(json.dumps({**json.loads(body), **changes}).encode(), headers=headers)


def _joined(name: object = "Køge") -> Message:
    """Return a message that is right in all but, perhaps, the name of an organisation and of its contact."""
    key = f"gift-{next(_numbers)}"
    anna = contact(f"{key}-anna", email=f"anna@{key}.poison.example", name=name if name in STRANGE else "Anna")
    return replace(joined(key, anna, name=name), time=START)


def _changed(
    message: Message, *, body: bytes | None = None, headers: Mapping[str, object] | None = None
) -> aio_pika.Message:
    """Return a message with another body, or with some headers changed; None: without that header."""
    sent = as_sent(message)
    attributes = {name: value for name, value in {**sent.headers, **(headers or {})}.items() if value is not None}
    return aio_pika.Message(
        sent.body if body is None else body,
        headers=attributes,  # type: ignore[arg-type]
        content_type=sent.content_type,
        delivery_mode=sent.delivery_mode,
    )


def _person_updated() -> tuple[dict[str, Any], bytes]:
    person = {"id": str(uuid4()), "name": "Anna", "email": "anna@poison.example", "language": "da"}
    headers = {"ce-type": PersonUpdated.type, "ce-source": "/membership", "ce-id": str(uuid4())}
    return headers, json.dumps({"correlation_id": "poison", "person": person, "version": 1}).encode()
