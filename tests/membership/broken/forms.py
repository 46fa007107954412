"""The forms in which a CloudEvent may be written."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.builders import SYSTEM, Message
from tests.support.wire import Sent

STRUCTURED = "application/cloudevents+json"
Form = Callable[[Mapping[str, Any], Any], Sent]


def binary(prefix: str) -> Form:
    """Attributes in headers, the data in the body."""

    def write(attributes: Mapping[str, Any], data: Any) -> Sent:
        return Sent(_json(data), {f"{prefix}{name}": value for name, value in attributes.items()})

    return write


def structured(attributes: Mapping[str, Any], data: Any) -> Sent:
    """All in the body."""
    return Sent(_json({**attributes, "data": data}), {}, STRUCTURED)


FORMS: dict[str, Form] = {
    "ce-": binary("ce-"),
    "cloudEvents:": binary("cloudEvents:"),
    "cloudEvents_": binary("cloudEvents_"),
    "structured": structured,
}


def attributes_of(message: Message) -> dict[str, Any]:
    """Return a message's attributes by the names that the CloudEvents specification gives them."""
    return {name.removeprefix("ce-"): value for name, value in message.headers.items()}


def written(message: Message, form: Form = FORMS["ce-"], system: str = SYSTEM) -> Sent:
    """Return a message as a system sends it in some form."""
    sent = form(attributes_of(message), message.data)
    return Sent(sent.body, sent.headers, sent.content_type, system)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
