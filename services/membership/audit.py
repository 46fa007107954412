"""Notes what a message changes in which records: names and ids, and apart from them what is personal (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from shared.contracts.upstream import OrganisationReport

from .messages import Reported, TakenIn
from .records import Appointment, Contact, ContactKey, Mandate, Organisation, Person

Traced = Organisation | Person | Appointment | Mandate
Values = tuple[object, object]

SHOWN: Mapping[type, tuple[str, ...]] = {
    Organisation: ("starts_on", "left_on", "reason"),
    Person: ("name", "email", "phone", "language"),
    Appointment: ("role", "title", "since", "ended_on"),
    Mandate: ("person_id", "role", "title", "starts_on", "ends_on"),
}
PERSONAL = {"title"}


@dataclass(frozen=True, slots=True)
class Change:
    """What became another in one record: fields with their values, `(before, after)`; personal ones stand apart.

    `person_id`: whose the personal values are.
    """

    thing: str
    id: str
    fields: dict[str, Values]
    person_id: UUID | None = None
    personal: dict[str, Values] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message that was taken in, what became of it, and what it has changed."""

    reported: Reported
    taken_in: TakenIn
    changes: list[Change]


class Trace:
    """Remembers records as they were before a message, for the time that it is applied."""

    def __init__(self) -> None:
        self._touched: dict[int, tuple[Traced, Traced | None]] = {}

    def begin(self) -> None:
        """Forget the message before."""
        self._touched.clear()

    def touch(self, record: Traced) -> None:
        """Remember a record that is about to change, or has just been made."""
        if id(record) not in self._touched:
            self._touched[id(record)] = (record, None if _is_new(record) else replace(record))

    def changes(self, contacts: Mapping[ContactKey, Contact]) -> list[Change]:
        """Return what has changed since the message began; `contacts` tell who is appointed."""
        found = (_change(record, before, contacts) for record, before in self._touched.values())
        return [change for change in found if change.fields or change.personal]


def _is_new(record: Traced) -> bool:
    if isinstance(record, Appointment):
        return record.appointed is record.ended is record.titled is None
    return record.version == 0


def _change(record: Traced, before: Traced | None, contacts: Mapping[ContactKey, Contact]) -> Change:
    was, now = _shown(before) if before else {}, _shown(record)
    changed = {name: (was.get(name), value) for name, value in now.items() if was.get(name) != value}
    personal = {name for name in changed if isinstance(record, Person) or name in PERSONAL}
    return Change(
        type(record).__name__.lower(),
        _id(record),
        {name: values for name, values in changed.items() if name not in personal},
        _person(record, contacts),
        {name: changed[name] for name in personal},
    )


def _shown(record: Traced) -> dict[str, object]:
    shown: dict[str, object] = {name: getattr(record, name) for name in SHOWN[type(record)]}
    if isinstance(record, Organisation):
        report: OrganisationReport = record.report
        shown.update(report)
        del shown["key"]
    return shown


def _id(record: Traced) -> str:
    if isinstance(record, Appointment):
        return f"{record.organisation_id} {record.source} {record.contact_key}"
    return str(record.id)


def _person(record: Traced, contacts: Mapping[ContactKey, Contact]) -> UUID | None:
    match record:
        case Person():
            return record.id
        case Mandate():
            return record.person_id
        case Appointment():
            contact = contacts.get((record.source, record.contact_key))
            return contact.person_id if contact else None
    return None
