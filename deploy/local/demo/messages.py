"""What the register reports, as CloudEvents: made here by hand, as a system that knows only our contract would."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from .register import Contact, Member

SYSTEM = "register"
SOURCE = f"/{SYSTEM}"


@dataclass(frozen=True)
class Message:
    """One CloudEvent, to be published in binary mode."""

    id: str
    subject: str
    time: datetime
    data: dict[str, Any]

    @property
    def routing_key(self) -> str:
        """Begins with the system's name, for which the broker vouches; the rest is for people who watch."""
        return f"{SYSTEM}.{self.subject}"

    @property
    def headers(self) -> dict[str, str]:
        """Return the CloudEvents attributes as the CloudEvents AMQP binding names them."""
        return {
            "cloudEvents_specversion": "1.0",
            "cloudEvents_type": f"upstream.{self.subject}.v1",
            "cloudEvents_source": SOURCE,
            "cloudEvents_id": self.id,
            "cloudEvents_time": self.time.isoformat(),
        }

    @property
    def body(self) -> bytes:
        """Return the data as JSON."""
        return json.dumps(self.data, ensure_ascii=False).encode()


def organisation_joined(member: Member, since: date, time: datetime) -> Message:
    """Report a member with all its contacts."""
    organisation = {name: value for name, value in asdict(member).items() if name != "contacts"}
    data = {
        "organisation": {**organisation, "website": f"https://{member.key}.example"},
        "since": since.isoformat(),
        "contacts": [asdict(contact) for contact in member.contacts],
    }
    return Message(f"{member.key}-joined", "organisation_joined", time, data)


def organisation_left(member: Member, on: date, time: datetime) -> Message:
    """Report that a member is none any more."""
    data = {"organisation_key": member.key, "on": on.isoformat(), "reason": "Byen holder en pause fra netværket"}
    return Message(f"{member.key}-left", "organisation_left", time, data)


def contact_appointed(member: Member, contact: Contact, since: date, time: datetime) -> Message:
    """Report that somebody acts for a member."""
    data = {"organisation_key": member.key, "contact": asdict(contact), "since": since.isoformat()}
    return Message(f"{contact.key}-appointed", "contact_appointed", time, data)


def contact_departed(member: Member, contact: Contact, on: date, time: datetime) -> Message:
    """Report that somebody acts for a member no longer."""
    data = {"organisation_key": member.key, "contact_key": contact.key, "on": on.isoformat()}
    return Message(f"{contact.key}-departed", "contact_departed", time, data)
