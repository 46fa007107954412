"""What a human may change of a message in quarantine, and the version of it that comes of that (pure)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json

from shared.errors import Invalid

from .envelope import read
from .forms import Unreadable, take_apart
from .messages import EVENT_IN_JSON, MOST_OCTETS, Delivery, Refusal

# What a CloudEvent says of itself; the version of its own format and of its data is ours to say.
ATTRIBUTES = ("type", "source", "id", "time", "snapshot")
OURS = {"specversion": "1.0", "datacontenttype": "application/json"}
DATA = ("data", "data_base64")


@dataclass(frozen=True, slots=True)
class Opened:
    """What can be seen of a message, whatever is wrong with it."""

    attributes: Mapping[str, Any]
    data: bytes


@dataclass(frozen=True, slots=True)
class Edit:
    """What a human would have a message say: attributes by name, and the data in JSON."""

    attributes: Mapping[str, str]
    data: str


def opened(delivery: Delivery) -> Opened:
    """Take a message apart as far as that can be done."""
    try:
        attributes, data = take_apart(delivery)
    except Unreadable as why:
        attributes, data = why.attributes, _data_in(why.attributes, delivery.body)
    return Opened({name: value for name, value in attributes.items() if name not in DATA}, data or b"")


def _data_in(event: Mapping[str, Any], body: bytes) -> bytes:
    """Return the data of what is in none of our forms: where a whole event says it is, else the body."""
    if "data" in event:
        return to_json(event["data"])
    try:
        return base64.b64decode(event["data_base64"], validate=True)
    except (KeyError, TypeError, ValueError):
        return body


def subject(delivery: Delivery) -> str | None:
    """Return the organisation that a message is about, by its name or its key, where that can be read."""
    try:
        data = from_json(opened(delivery).data)
    except ValueError:
        return None
    match data:
        case (
            {"organisation": {"name": str(name)}}
            | {"organisation": {"key": str(name)}}
            | {"organisation_key": str(name)}
        ):
            return name
    return None


def editable(delivery: Delivery, now: datetime) -> tuple[str, ...]:
    """List the attributes that are missing or wrong in a message as it came; the others stay as they are.

    A `source` and an `id` that could be read are what its system knows the message by.
    """
    found = read(_written(delivery, opened(delivery).attributes, {}), now)
    wrong = {fault.field.partition(".")[0] for fault in found.faults} if isinstance(found, Refusal) else set()
    return tuple(name for name in ATTRIBUTES if name in wrong)


def edited(delivery: Delivery, edit: Edit, now: datetime) -> bytes:
    """Return a message as it came with what an edit changes, as a CloudEvent in JSON.

    Raises:
        Invalid: the data is no JSON, or an attribute would be changed that was right; `field` names it.
    """
    try:
        data = from_json(edit.data, allow_inf_nan=False)
    except ValueError as why:
        raise Invalid(f"is not JSON: {why}", field="data") from None
    attributes = opened(delivery).attributes
    changes = {name: value for name, value in edit.attributes.items() if value != attributes.get(name)}
    if fixed := sorted(changes.keys() - set(editable(delivery, now))):
        raise Invalid("was neither missing nor wrong, and stays what it was", field=fixed[0])
    body = _written(delivery, {**attributes, **changes}, data).body
    if len(body) > MOST_OCTETS:
        raise Invalid(f"is longer than a message may be, which is {MOST_OCTETS} octets in all", field="data")
    return body


def _written(delivery: Delivery, attributes: Mapping[str, Any], data: Any) -> Delivery:
    body = to_json({**attributes, **OURS, "data": data})
    return replace(delivery, content_type=EVENT_IN_JSON, headers={}, body=body)
