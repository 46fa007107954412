"""Upstream messages for tests: right in every field unless a test says otherwise."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

SYSTEM = "register"
SOURCE = "/register"
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

_numbers = count(1)


@dataclass(frozen=True)
class Message:
    """A CloudEvent as an upstream system publishes it."""

    type: str
    data: dict[str, Any]
    time: datetime = MORNING
    id: str = field(default_factory=lambda: f"message-{next(_numbers)}")
    source: str = SOURCE

    @property
    def headers(self) -> dict[str, str]:
        return {
            "ce-specversion": "1.0",
            "ce-type": self.type,
            "ce-source": self.source,
            "ce-id": self.id,
            "ce-time": self.time.isoformat(),
        }

    @property
    def body(self) -> bytes:
        return json.dumps(self.data, ensure_ascii=False).encode()

    def at(self, minutes: float) -> "Message":
        """The same message, some minutes after the morning's eight o'clock."""
        return replace(self, time=MORNING + timedelta(minutes=minutes))


def organisation(key: str = "koege", **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": f"{key.title()} Handelsstandsforening",
        "kind": "association",
        "town": "Køge",
        "municipality_code": "259",
        "region": "Sjælland",
        **changes,
    }


def contact(key: str = "anna", **changes: Any) -> dict[str, Any]:
    return {"key": key, "name": key.title(), "email": f"{key}@koege.example", "role": "contact", **changes}


def joined(key: str = "koege", *contacts: dict[str, Any], since: str = "2026-01-01", **changes: Any) -> Message:
    data = {"organisation": organisation(key, **changes), "since": since, "contacts": list(contacts)}
    return Message("upstream.organisation_joined.v1", data)


def updated(key: str = "koege", **changes: Any) -> Message:
    return Message("upstream.organisation_updated.v1", {"organisation": organisation(key, **changes)})


def left(key: str = "koege", on: str = "2026-02-01", **extra: Any) -> Message:
    return Message("upstream.organisation_left.v1", {"organisation_key": key, "on": on, **extra})


def appointed(contact: dict[str, Any], key: str = "koege", since: str = "2026-01-01") -> Message:
    data = {"organisation_key": key, "contact": contact, "since": since}
    return Message("upstream.contact_appointed.v1", data)


def contact_updated(contact: dict[str, Any], key: str = "koege") -> Message:
    return Message("upstream.contact_updated.v1", {"organisation_key": key, "contact": contact})


def departed(contact_key: str = "anna", key: str = "koege", on: str = "2026-02-01") -> Message:
    data = {"organisation_key": key, "contact_key": contact_key, "on": on}
    return Message("upstream.contact_departed.v1", data)


def snapshot_started(name: str = "list-1") -> Message:
    return Message("upstream.snapshot_started.v1", {"snapshot": name})


def snapshot_ended(messages: int, name: str = "list-1") -> Message:
    return Message("upstream.snapshot_ended.v1", {"snapshot": name, "messages": messages})
