"""What membership knows: organisations, people, contacts, appointments and mandates (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple, TypeVar
from uuid import UUID

from shared.contracts import membership as contract
from shared.contracts.upstream import OrganisationReport


class Position(NamedTuple):
    """Where a message stands among those about the same thing: by time, then by id compared as bytes."""

    time: datetime
    id: bytes


def newer(position: Position | None, known: Position | None) -> bool:
    """Tell whether a position, if there is one, lies after another, if there is one."""
    return position is not None and (known is None or position > known)


@dataclass(slots=True)
class Organisation:
    """An organisation and its term as a member; `said` tells whether we last said that the term runs."""

    id: UUID
    source: str
    report: OrganisationReport
    described: Position
    joined: Position
    starts_on: date
    left: Position | None = None
    left_on: date | None = None
    reason: str | None = None
    said: bool = False
    version: int = 0

    @property
    def ends_on(self) -> date | None:
        """The first day without, unless the organisation joined again after it left."""
        return self.left_on if self.left is not None and self.left > self.joined else None

    def to_contract(self) -> contract.Organisation:
        return contract.Organisation(id=self.id, **self.report.model_dump(exclude={"key"}))


@dataclass(slots=True)
class Person:
    """A human being; their name and address are those of the contact that was reported last.

    So is their language, unless they chose one themselves: `own_language`.
    """

    id: UUID
    name: str
    email: str
    phone: str | None
    language: contract.Language
    version: int = 0
    own_language: contract.Language | None = None

    def to_contract(self) -> contract.Person:
        return contract.Person(id=self.id, name=self.name, email=self.email, phone=self.phone, language=self.language)


@dataclass(slots=True)
class Contact:
    """What one publisher last said of a person."""

    source: str
    key: str
    person_id: UUID
    name: str
    email: str
    phone: str | None
    language: contract.Language
    position: Position


@dataclass(slots=True)
class Mandate:
    """A person acts for an organisation; `said` tells whether we last said that it runs."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    role: contract.Role
    title: str | None
    starts_on: date
    ends_on: date | None = None
    said: bool = False
    version: int = 0

    def to_contract(self) -> contract.Mandate:
        return contract.Mandate(
            id=self.id,
            organisation_id=self.organisation_id,
            person_id=self.person_id,
            role=self.role,
            title=self.title,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


@dataclass(slots=True)
class Appointment:
    """One contact at one organisation: since when appointed, when departed, in which role, and the mandate of it.

    A leaving of the organisation is no departure: it weighs on every older appointment, and is kept there.
    """

    organisation_id: UUID
    source: str
    contact_key: str
    appointed: Position | None = None
    since: date | None = None
    ended: Position | None = None
    ended_on: date | None = None
    titled: Position | None = None
    role: contract.Role | None = None
    title: str | None = None
    mandate_id: UUID | None = None

    def ends_on(self, organisation: Organisation) -> date | None:
        """The first day without: it departed, or the organisation left, and it was not appointed again since."""
        ends = (self.ended, self.ended_on), (organisation.left, organisation.left_on)
        return min((on for position, on in ends if on and newer(position, self.appointed)), default=None)


Record = Organisation | Person | Contact | Mandate | Appointment
K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", Organisation, Person, Contact, Mandate, Appointment)
OrganisationKey = tuple[str, str]
ContactKey = tuple[str, str]
AppointmentKey = tuple[UUID, str, str]


class Loaded:
    """Records as they were in the beginning."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._as_they_were = {id(record): (record, _values(record)) for record in records}

    def changed(self, records: Iterable[R]) -> list[R]:
        """Return those that were not there, or are not as they were."""
        return [record for record in records if self._as_they_were.get(id(record), (None, ()))[1] != _values(record)]


VALUES = {kind: attrgetter(*kind.__slots__) for kind in (Organisation, Person, Contact, Mandate, Appointment)}


def _values(record: Record) -> tuple[object, ...]:
    """Return what stands in a record, which `dataclasses.replace` would take five times as long to keep."""
    values: tuple[object, ...] = VALUES[type(record)](record)
    return values


def runs(term: Organisation | Mandate, day: date) -> bool:
    """Tell whether a term runs on a day; `ends_on` is the first day without."""
    return term.starts_on <= day and (term.ends_on is None or day < term.ends_on)


def latest(contacts: Iterable[Contact]) -> Contact:
    """Return the contact that was reported last."""
    return max(contacts, key=lambda contact: contact.position)


def add_missing(mine: dict[K, V], theirs: Mapping[K, V]) -> None:
    """Add what is found elsewhere, and keep what is here."""
    for key, value in theirs.items():
        mine.setdefault(key, value)
