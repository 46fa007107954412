"""Our copies of what membership says: who is a member, who acts for it, and what a person is called."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation that is (`active`) or was in the network."""

    id: UUID
    name: str
    town: str
    region: str | None
    active: bool
    version: int
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """What a member is called, and the town that it speaks for; its region where we know it."""

    id: UUID
    name: str
    town: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Mandate:
    """A person acts (`current`) or acted for an organisation."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    current: bool
    version: int
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person, without an address: nobody is written to from here."""

    id: UUID
    name: str
    language: str
    version: int
