"""Our own events on the wire: CloudEvents 1.0 in binary mode, attributes in `ce-` headers, data as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from shared.contracts.event import Event

if TYPE_CHECKING:
    from pamqp.common import FieldValue

E = TypeVar("E", bound=Event, covariant=True)

JSON = "application/json"


class Unreadable(Exception):
    """A message is none of the events that are heard here."""


@dataclass(frozen=True, slots=True)
class Heard(Generic[E]):
    """An event as it came in; `(source, id)` identifies it for ever."""

    source: str
    id: str
    event: E


def headers(
    *, source: str, event_id: str, event_type: str, time: datetime, correlation_id: str
) -> "dict[str, FieldValue]":
    """Return the attributes of an event as AMQP headers."""
    return {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-source": source,
        "ce-type": event_type,
        "ce-time": time.isoformat(),
        "ce-correlationid": correlation_id,
    }


def read(attributes: Mapping[str, object], body: bytes, known: Mapping[str, type[Event]]) -> Heard[Event]:
    """Parse one of our own events.

    Raises:
        Unreadable: an attribute is missing or the type is not among `known`.
        pydantic.ValidationError: the data is not as the contract says.
    """
    event_type, source, event_id = (attributes.get(f"ce-{name}") for name in ("type", "source", "id"))
    if not isinstance(event_type, str) or event_type not in known:
        raise Unreadable("ce-type names no event that is heard here")
    if not isinstance(source, str) or not isinstance(event_id, str):
        raise Unreadable("ce-source or ce-id is missing")
    return Heard(source, event_id, known[event_type].model_validate_json(body))
