"""Notes what a message changes in which records: names and ids, and apart from them what is personal (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from uuid import UUID

from shared.contracts.upstream import OrganisationReport

from .messages import Reported, TakenIn
from .records import Appointment, Contact, ContactKey, Mandate, Organisation, Person

Traced = Organisation | Person | Appointment | Mandate
Values = tuple[object, object]

REPORT = tuple(name for name in OrganisationReport.model_fields if name != "key")
SHOWN: Mapping[type[Traced], tuple[str, ...]] = {
    Organisation: ("starts_on", "left_on", "reason", *REPORT),
    Person: ("name", "email", "phone", "language"),
    Appointment: ("role", "title", "since", "ended_on"),
    Mandate: ("person_id", "role", "title", "starts_on", "ends_on"),
}
PERSONAL = {"title"}
SHOW = {
    kind: attrgetter(*(f"report.{name}" if name in REPORT and kind is Organisation else name for name in names))
    for kind, names in SHOWN.items()
}


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
        self._touched: dict[int, tuple[Traced, tuple[object, ...]]] = {}

    def begin(self) -> None:
        """Forget the message before."""
        self._touched.clear()

    def touch(self, record: Traced) -> None:
        """Remember a record that is about to change, or has just been made."""
        if id(record) not in self._touched:
            self._touched[id(record)] = (record, _nothing(record) if _is_new(record) else _shown(record))

    def changes(self, contacts: Mapping[ContactKey, Contact]) -> list[Change]:
        """Return what has changed since the message began; `contacts` tell who is appointed."""
        return [
            _change(record, before, contacts) for record, before in self._touched.values() if _shown(record) != before
        ]


def _is_new(record: Traced) -> bool:
    if isinstance(record, Appointment):
        return record.appointed is record.ended is record.titled is None
    return record.version == 0


def _shown(record: Traced) -> tuple[object, ...]:
    """Return the values that are shown of a record."""
    shown: tuple[object, ...] = SHOW[type(record)](record)
    return shown


def _nothing(record: Traced) -> tuple[object, ...]:
    return (None,) * len(SHOWN[type(record)])


def _change(record: Traced, before: tuple[object, ...], contacts: Mapping[ContactKey, Contact]) -> Change:
    values = zip(SHOWN[type(record)], before, _shown(record), strict=True)
    changed = {name: (was, now) for name, was, now in values if was != now}
    personal = {name for name in changed if isinstance(record, Person) or name in PERSONAL}
    return Change(
        type(record).__name__.lower(),
        _id(record),
        {name: values for name, values in changed.items() if name not in personal},
        _person(record, contacts),
        {name: changed[name] for name in personal},
    )


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
