"""Series, and what membership says, for tests: right in every field unless a test says otherwise."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from services.meetings.recurrence import NthWeekday
from services.meetings.series import Series
from shared.contracts.membership import (
    Mandate,
    MandateEnded,
    MandateStarted,
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    Organisation,
    Person,
    PersonUpdated,
)

EVERY_MONTH = tuple(range(1, 13))
MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SINCE = date(2026, 1, 1)
UID_DOMAIN = "meetings.example"
ANSWER_SECRET = "a secret of thirty-two characters"
MEETINGS_URL = "https://post.netvaerk.example/meetings"

MONTHLY_ONLINE = Series(
    id=UUID(int=1),
    title="Netværksmøde",
    recurrence=NthWeekday("thursday", 2, EVERY_MONTH),
    starts_at=time(9, 30),
    minutes=60,
    first_day=date(2026, 3, 2),
    last_day=None,
    mode="online",
    place=None,
    address=None,
    host_town=None,
    link="https://meet.example/network",
    agenda=None,
    on_holiday="move",
    horizon_days=30,
    reminders=(),
    is_public=False,
    planned_until=date(2026, 3, 1),
)


def series(**changes: Any) -> Series:
    """A series that meets online on the second Thursday of each month, unless `changes` say otherwise."""
    return replace(MONTHLY_ONLINE, **{"id": uuid4(), **changes})


def joined(organisation: UUID, version: int = 1, **changes: str | None) -> MemberJoined:
    return MemberJoined(
        correlation_id=f"joined-{version}",
        organisation=_organisation(organisation, **changes),
        since=SINCE,
        version=version,
    )


def updated(organisation: UUID, version: int) -> MemberUpdated:
    return MemberUpdated(correlation_id=f"updated-{version}", organisation=_organisation(organisation), version=version)


def left(organisation: UUID, version: int = 2) -> MemberLeft:
    return MemberLeft(
        correlation_id=f"left-{version}", organisation=_organisation(organisation), on=SINCE, version=version
    )


def started(mandate: UUID, organisation: UUID, person: UUID, version: int = 1) -> MandateStarted:
    return MandateStarted(
        correlation_id=f"started-{version}", mandate=_mandate(mandate, organisation, person), version=version
    )


def ended(mandate: UUID, organisation: UUID, person: UUID, version: int = 2) -> MandateEnded:
    return MandateEnded(
        correlation_id=f"ended-{version}", mandate=_mandate(mandate, organisation, person), version=version
    )


def person_updated(person: UUID, name: str, version: int = 1) -> PersonUpdated:
    described = Person(id=person, name=name, email="anna@koege.example", language="da")
    return PersonUpdated(correlation_id=f"person-{version}", person=described, version=version)


def _organisation(identity: UUID, **changes: str | None) -> Organisation:
    koege = Organisation(
        id=identity, name="Køge Handel", kind="association", town="Køge", municipality_code="259", region="Sjælland"
    )
    return koege.model_copy(update=changes)


def _mandate(identity: UUID, organisation: UUID, person: UUID) -> Mandate:
    return Mandate(id=identity, organisation_id=organisation, person_id=person, role="contact", starts_on=SINCE)
