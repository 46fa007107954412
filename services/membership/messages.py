"""A message from another system: as it came, what was read of it, what became of it (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from shared.contracts.upstream import (
    ContactAppointed,
    ContactDeparted,
    ContactReport,
    ContactUpdated,
    Fault,
    OrganisationJoined,
    OrganisationLeft,
    OrganisationUpdated,
    SnapshotMessage,
    UpstreamMessage,
)

from .records import Position

MessageKey = tuple[str, str]
EVENT_IN_JSON = "application/cloudevents+json"
# What the broker lets through.
MOST_OCTETS = 65_536


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as the broker handed it over; the broker vouches for the first word of the routing key."""

    routing_key: str
    content_type: str | None
    headers: Mapping[str, object]
    body: bytes
    received_at: datetime

    @property
    def system(self) -> str:
        return self.routing_key.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Failed:
    """A message that we fail on, through no fault of its own."""

    delivery: Delivery
    why: Exception


@dataclass(frozen=True, slots=True)
class Reported:
    """A message from an upstream system that is right in itself; `snapshot` names the complete list that it is on."""

    system: str
    source: str
    id: str
    time: datetime
    correlation_id: str
    message: UpstreamMessage
    snapshot: str | None = None

    @property
    def key(self) -> MessageKey:
        """What identifies it for ever."""
        return self.source, self.id

    @property
    def position(self) -> Position:
        """Where it stands: by time, then by id, and where two systems use the same id by source."""
        return Position(self.time, f"{self.id}\n{self.source}".encode())


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that we cannot take in: what could be read of it, and all that is wrong."""

    source: str | None
    id: str | None
    type: str | None
    faults: tuple[Fault, ...]


class Outcome(Enum):
    """What became of a message."""

    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a message whose id is used up."""

    outcome: str
    organisation_id: UUID | None
    organisation_version: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in quarantine, as it came; `times` tells how often. `edited` is what a human made of it."""

    id: int
    state: str
    delivery: Delivery
    source: str | None
    message_id: str | None
    message_type: str | None
    organisation_key: str | None
    faults: tuple[Fault, ...]
    times: int
    edited: bytes | None = None

    @property
    def standing(self) -> Delivery:
        """The message as it is to be taken in: a CloudEvent in JSON where it was edited."""
        if self.edited is None:
            return self.delivery
        return replace(self.delivery, content_type=EVENT_IN_JSON, headers={}, body=self.edited)


@dataclass(frozen=True, slots=True)
class Keeping:
    """A message to be kept: until `wait_until` in the hope of what is missing, or, with None, for a human."""

    delivery: Delivery
    source: str | None
    message_id: str | None
    message_type: str | None
    organisation_key: str | None
    faults: tuple[Fault, ...]
    wait_until: datetime | None


def organisation_key(message: UpstreamMessage) -> str:
    """Return the publisher's key of the organisation that a message is about."""
    match message:
        case OrganisationJoined() | OrganisationUpdated():
            return message.organisation.key
        case OrganisationLeft() | ContactAppointed() | ContactUpdated() | ContactDeparted():
            return message.organisation_key
    raise TypeError(f"no such message: {message.type}")


def awaited(reported: Reported) -> list[tuple[str, str]]:
    """Return what others may have waited for in a message: an organisation, a contact of it, a part of a snapshot."""
    found = []
    if isinstance(reported.message, OrganisationJoined | ContactAppointed | ContactDeparted):
        found.append((reported.source, organisation_key(reported.message)))
    if reported.snapshot:
        found.append((reported.source, snapshot_key(reported.snapshot)))
    return found


def waits_for(reported: Reported) -> str:
    """Return what a message that comes too early waits for, in its own source."""
    if isinstance(reported.message, SnapshotMessage):
        return snapshot_key(reported.message.snapshot)
    return organisation_key(reported.message)


def subjects(reported: Reported) -> set[tuple[str, str]]:
    """Return what a message is about, waits for, or makes way for."""
    return {*awaited(reported), (reported.source, waits_for(reported))}


def snapshot_key(snapshot: str) -> str:
    """Name a snapshot beside the keys of organisations."""
    return f"snapshot {snapshot}"


def contact_keys(message: UpstreamMessage) -> list[str]:
    """Return the publisher's keys of the contacts that a message is about."""
    match message:
        case SnapshotMessage():
            return []
        case ContactDeparted():
            return [message.contact_key]
        case _:
            return [contact.key for contact in contacts_of(message)]


def contacts_of(message: UpstreamMessage) -> tuple[ContactReport, ...]:
    """Return the contacts that a message describes."""
    match message:
        case OrganisationJoined():
            return message.contacts
        case ContactAppointed() | ContactUpdated():
            return (message.contact,)
    return ()
