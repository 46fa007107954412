"""Events as membership and meetings say them, with everything that a test does not care about filled in."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts import meetings, membership

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
OWNER = membership.SystemOwner(email="drift@partner.example", language="da")
STARTS_AT = datetime(2026, 10, 22, 7, 30, tzinfo=UTC)


def organisation_joined(
    organisation_id: UUID, name: str = "Køge Handel", *, town: str = "Køge", version: int = 1
) -> membership.MemberJoined:
    """An organisation is a member."""
    return membership.MemberJoined(
        correlation_id="join",
        organisation=_organisation(organisation_id, name, town),
        since=date(2026, 1, 1),
        version=version,
    )


def organisation_left(organisation_id: UUID, *, version: int = 2) -> membership.MemberLeft:
    """An organisation is a member no longer."""
    return membership.MemberLeft(
        correlation_id="leave",
        organisation=_organisation(organisation_id, "Køge Handel"),
        on=date(2026, 9, 1),
        version=version,
    )


def mandate_started(
    person_id: UUID,
    organisation_id: UUID,
    *,
    mandate_id: UUID | None = None,
    role: membership.Role = "contact",
    version: int = 1,
) -> membership.MandateStarted:
    """A person acts for an organisation."""
    mandate = _mandate(mandate_id or uuid4(), person_id, organisation_id, role)
    return membership.MandateStarted(correlation_id="appoint", mandate=mandate, version=version)


def mandate_ended(
    person_id: UUID, organisation_id: UUID, *, mandate_id: UUID, version: int = 2
) -> membership.MandateEnded:
    """A person acts for an organisation no longer."""
    mandate = _mandate(mandate_id, person_id, organisation_id, "contact")
    return membership.MandateEnded(correlation_id="depart", mandate=mandate, version=version)


def person_updated(
    person_id: UUID,
    address: str = "anna@koege.example",
    *,
    name: str = "Anna Sørensen",
    language: membership.Language = "da",
    version: int = 1,
) -> membership.PersonUpdated:
    """Who a person is and how to write to them."""
    person = membership.Person(id=person_id, name=name, email=address, language=language)
    return membership.PersonUpdated(correlation_id="person", person=person, version=version)


def system_fell_silent(episode_id: UUID | None = None, **changes: Any) -> membership.SystemFellSilent:
    """Nothing is heard from a system."""
    facts = {
        "correlation_id": "silence",
        "episode_id": episode_id or uuid4(),
        "system": "register",
        "owner": OWNER,
        "since": NOW - timedelta(days=5),
        "usual_hours": 65,
    }
    return membership.SystemFellSilent.model_validate({**facts, **changes})


def system_flooded(episode_id: UUID | None = None, **changes: Any) -> membership.SystemFlooded:
    """A system sends more than its limit."""
    facts = {
        "correlation_id": "flood",
        "episode_id": episode_id or uuid4(),
        "system": "register",
        "owner": OWNER,
        "at": NOW,
        "messages": 12_480,
        "most_per_hour": 10_000,
    }
    return membership.SystemFlooded.model_validate({**facts, **changes})


@dataclass(frozen=True)
class MeetingStory:
    """One meeting and what meetings says of it: each change gives the next state and the event that says so."""

    id: UUID = field(default_factory=uuid4)
    title: str = "Netværksmøde"
    starts_at: datetime = STARTS_AT
    place: str | None = None
    host_town: str | None = None
    version: int = 1
    sequence: int = 0

    @property
    def uid(self) -> str:
        return f"{self.id}@moeder.example"

    def meeting(self) -> meetings.Meeting:
        """Return the meeting as events carry it."""
        return meetings.Meeting(
            id=self.id,
            series_id=UUID(int=1),
            uid=self.uid,
            title=self.title,
            mode="physical" if self.place else "online",
            starts_at=self.starts_at,
            ends_at=self.starts_at + timedelta(hours=1),
            place=self.place,
            host_town=self.host_town,
            link=None if self.place else "https://moede.example/netvaerk",
            version=self.version,
        )

    def issued(self, person_id: UUID, *, sequence: int | None = None, version: int = 1) -> meetings.InvitationIssued:
        """A person is asked to it."""
        return meetings.InvitationIssued(
            correlation_id="invite",
            invitation_id=uuid4(),
            person_id=person_id,
            meeting=self.meeting(),
            revision=revision(self.sequence if sequence is None else sequence),
            version=version,
        )

    def withdrawn(
        self, person_id: UUID, *, sequence: int | None = None, version: int = 2
    ) -> meetings.InvitationWithdrawn:
        """A person is asked no longer."""
        return meetings.InvitationWithdrawn(
            correlation_id="withdraw",
            invitation_id=uuid4(),
            person_id=person_id,
            meeting=self.meeting(),
            revision=revision(self.sequence + 1 if sequence is None else sequence),
            version=version,
        )

    def moved(self, starts_at: datetime, *, sequence: int | None = None) -> "MeetingStory":
        """Return the meeting at another time."""
        raised = self.sequence + 1 if sequence is None else sequence
        return replace(self, starts_at=starts_at, version=self.version + 1, sequence=raised)

    def rescheduled(self) -> meetings.MeetingRescheduled:
        """It has another time."""
        return meetings.MeetingRescheduled(
            correlation_id="move",
            meeting=self.meeting(),
            previously_starts_at=STARTS_AT,
            revision=revision(self.sequence),
        )

    def cancelled(self, reason: str | None = None) -> meetings.MeetingCancelled:
        """It does not take place."""
        stopped = replace(self, version=self.version + 1, sequence=self.sequence + 1)
        return meetings.MeetingCancelled(
            correlation_id="cancel", meeting=stopped.meeting(), reason=reason, revision=revision(stopped.sequence)
        )

    def reminder(self, due_at: datetime = NOW, unless_mailed_since: datetime | None = None) -> meetings.ReminderDue:
        """Whoever has not answered is to be reminded of it."""
        return meetings.ReminderDue(
            correlation_id="remind",
            reminder_id=uuid4(),
            meeting=self.meeting(),
            due_at=due_at,
            unless_mailed_since=unless_mailed_since,
        )


@dataclass(frozen=True)
class CrisisStory:
    """One crisis and what meetings says of it."""

    id: UUID = field(default_factory=uuid4)
    people: tuple[UUID, ...] = ()
    last_day: date = date(2026, 9, 8)
    version: int = 1

    def crisis(self) -> meetings.Crisis:
        """Return the crisis as events carry it."""
        span = meetings.Span(starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, minutes=30))
        return meetings.Crisis(
            id=self.id,
            series_id=UUID(int=1),
            title="Netværksmøde",
            reason="Butikkerne er lukket.",
            first_day=date(2026, 9, 2),
            last_day=self.last_day,
            link="https://moede.example/krise",
            meetings=(span,),
            paused=(),
            staying=(),
            version=self.version,
        )

    def started(self) -> meetings.CrisisStarted:
        """It is started."""
        return meetings.CrisisStarted(correlation_id="crisis", crisis=self.crisis(), people=self.people)

    def extended(self) -> meetings.CrisisExtended:
        """It lasts longer."""
        longer = replace(self, last_day=self.last_day + timedelta(days=7), version=self.version + 1)
        return meetings.CrisisExtended(correlation_id="crisis", crisis=longer.crisis(), people=self.people)

    def ended(self) -> meetings.CrisisEnded:
        """It is over, and Køge came to its one meeting."""
        over = replace(self, version=self.version + 2)
        came = meetings.RegionThatCame(region="Sjælland", organisations=("Køge Handel",))
        return meetings.CrisisEnded(
            correlation_id="crisis", crisis=over.crisis(), people=self.people, meetings_held=1, regions=(came,)
        )

    def undone(self) -> meetings.CrisisUndone:
        """It was a mistake."""
        return meetings.CrisisUndone(correlation_id="crisis", crisis=replace(self, version=self.version + 2).crisis())


def revision(sequence: int) -> meetings.Revision:
    """Return a revision whose stamps rise with its sequence."""
    at = NOW + timedelta(seconds=sequence)
    return meetings.Revision(sequence=sequence, dtstamp=at, last_modified=at)


def _organisation(organisation_id: UUID, name: str, town: str = "Køge") -> membership.Organisation:
    return membership.Organisation(
        id=organisation_id, name=name, kind="association", town=town, municipality_code="259"
    )


def _mandate(mandate_id: UUID, person_id: UUID, organisation_id: UUID, role: membership.Role) -> membership.Mandate:
    return membership.Mandate(
        id=mandate_id, organisation_id=organisation_id, person_id=person_id, role=role, starts_on=date(2026, 1, 1)
    )
