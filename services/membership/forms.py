"""Takes a CloudEvent apart into its attributes and its data, in each of the forms that libraries write (pure)."""

import json
import re
from collections.abc import Mapping

from pydantic_core import from_json

from shared.contracts.upstream import Fault

from .faults import a_kind_of, unreadable
from .messages import EVENT_IN_JSON, Delivery

ATTRIBUTE = re.compile(r"(?:ce[-_]|cloudevents[:_])(.+)", re.DOTALL)
STRUCTURED = "application/cloudevents"
STRUCTURED_JSON = (STRUCTURED, EVENT_IN_JSON)
ONE_FORM = "attributes in headers and application/json, or all in the body and application/cloudevents+json"


class Unreadable(Exception):
    """A message that cannot be taken apart; `attributes` are those that can be read all the same."""

    def __init__(self, fault: Fault, attributes: Mapping[str, object]) -> None:
        self.fault = fault
        self.attributes = attributes


def take_apart(delivery: Delivery) -> tuple[Mapping[str, object], bytes | None]:
    """Return a message's attributes, and its data as JSON or None where there is none.

    Raises:
        Unreadable: it is in none of the forms, or in a mixture of them.
    """
    media_type = (delivery.content_type or "").split(";")[0].strip().lower()
    in_headers = _attributes_in(delivery.headers)
    if media_type.startswith(STRUCTURED):
        return _structured(media_type, delivery.body, in_headers)
    return _binary(delivery, in_headers)


def _structured(
    media_type: str, body: bytes, in_headers: Mapping[str, object]
) -> tuple[Mapping[str, object], bytes | None]:
    """All in the body: the attributes beside `data`."""
    if media_type not in STRUCTURED_JSON:
        raise _unreadable(in_headers, "content-type", "content_type", "is no single CloudEvent in JSON", ONE_FORM)
    try:
        event = from_json(body, allow_inf_nan=False)
    except ValueError as why:
        raise Unreadable(unreadable("body", body, str(why)), in_headers) from None
    if not isinstance(event, dict):
        reason, expected = f"is {a_kind_of(event)}", "a whole CloudEvent as a JSON object"
        raise _unreadable(in_headers, "body", "not_an_object", reason, expected)
    if "specversion" in in_headers and "specversion" not in event:
        reason = "says that the whole CloudEvent is in the body, but its attributes are in headers"
        raise _unreadable(in_headers, "content-type", "mixed_forms", reason, ONE_FORM)
    if "data_base64" in event:
        raise _unreadable(event, "data_base64", "binary_data", "is binary data", "the data as a JSON object in `data`")
    return event, json.dumps(event["data"]).encode() if "data" in event else None


def _binary(delivery: Delivery, in_headers: Mapping[str, object]) -> tuple[Mapping[str, object], bytes | None]:
    """The attributes in headers, the data in the body."""
    if not in_headers and (event := _whole_event(delivery.body)):
        reason = "does not say that the whole CloudEvent is in the body"
        raise _unreadable(event, "content-type", "mixed_forms", reason, ONE_FORM)
    return {**in_headers, "datacontenttype": delivery.content_type}, delivery.body or None


def _attributes_in(headers: Mapping[str, object]) -> dict[str, object]:
    """Return the attributes that headers hold, whatever prefix they have.

    Raises:
        Unreadable: two headers say of one attribute what is not the same.
    """
    found: dict[str, object] = {}
    twice: set[str] = set()
    for name, value in headers.items():
        if attribute := ATTRIBUTE.match(name.lower()):
            text = value.decode(errors="replace") if isinstance(value, bytearray) else value
            if found.setdefault(attribute[1], text) != text:
                twice.add(attribute[1])
    if twice:
        unambiguous = {name: value for name, value in found.items() if name not in twice}
        reason = "is given in two headers that differ"
        raise _unreadable(unambiguous, min(twice), "given_twice", reason, "one header for each attribute")
    return found


def _whole_event(body: bytes) -> dict[str, object] | None:
    try:
        event = from_json(body)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "specversion" in event else None


def _unreadable(attributes: Mapping[str, object], field: str, code: str, reason: str, expected: str) -> Unreadable:
    return Unreadable(Fault(field=field, code=code, reason=reason, expected=expected), attributes)
