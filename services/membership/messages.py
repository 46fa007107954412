"""A message from another system: as it came, what was read of it, what became of it (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cached_property
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

from .records import OrganisationKey, Position

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


@dataclass(frozen=True)
class Reported:
    """A message from an upstream system that is right in itself; `snapshot` names the complete list that it is on.

    What it is about is asked many times while it is taken in, and found out once.
    """

    system: str
    source: str
    id: str
    time: datetime
    correlation_id: str
    message: UpstreamMessage
    snapshot: str | None = None

    @cached_property
    def key(self) -> MessageKey:
        """What identifies it for ever."""
        return self.source, self.id

    @cached_property
    def position(self) -> Position:
        """Where it stands: by time, then by id, and where two systems use the same id by source."""
        return Position(self.time, f"{self.id}\n{self.source}".encode())

    @cached_property
    def organisation(self) -> OrganisationKey:
        """What it is about, as its publisher calls it. A message of a snapshot is about none."""
        match self.message:
            case OrganisationJoined() | OrganisationUpdated():
                return self.source, self.message.organisation.key
            case OrganisationLeft() | ContactAppointed() | ContactUpdated() | ContactDeparted():
                return self.source, self.message.organisation_key
        raise TypeError(f"no such message: {self.message.type}")

    @cached_property
    def contacts(self) -> tuple[ContactReport, ...]:
        """The contacts that it describes."""
        match self.message:
            case OrganisationJoined():
                return self.message.contacts
            case ContactAppointed() | ContactUpdated():
                return (self.message.contact,)
        return ()

    @cached_property
    def contact_keys(self) -> tuple[str, ...]:
        """The publisher's keys of the contacts that it is about."""
        if isinstance(self.message, ContactDeparted):
            return (self.message.contact_key,)
        return tuple(contact.key for contact in self.contacts)

    @cached_property
    def waits_for(self) -> OrganisationKey:
        """What it waits for where it comes too early."""
        if isinstance(self.message, SnapshotMessage):
            return self.source, snapshot_key(self.message.snapshot)
        return self.organisation

    @cached_property
    def brings(self) -> tuple[OrganisationKey, ...]:
        """What is there once it is taken in: an organisation, a part of a snapshot."""
        joined = (self.organisation,) if isinstance(self.message, OrganisationJoined) else ()
        return (*joined, (self.source, snapshot_key(self.snapshot))) if self.snapshot else joined

    @cached_property
    def awaited(self) -> tuple[OrganisationKey, ...]:
        """What others may have waited for in it: what it brings, or a contact of an organisation that is there."""
        changes_contacts = isinstance(self.message, ContactAppointed | ContactDeparted)
        return (*self.brings, self.organisation) if changes_contacts else self.brings

    @cached_property
    def subjects(self) -> frozenset[OrganisationKey]:
        """What it is about, waits for, or makes way for."""
        return frozenset((*self.awaited, self.waits_for))


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


def snapshot_key(snapshot: str) -> str:
    """Name a snapshot beside the keys of organisations."""
    return f"snapshot {snapshot}"
