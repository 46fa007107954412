"""What meetings says: who is asked to which meeting, and what became of it."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Value

Mode = Literal["online", "physical", "hybrid"]
Attendance = Literal["in_person", "online"]
PlaceState = Literal["confirmed", "offered", "waiting", "none"]


class Meeting(Value):
    """One occurrence: when, where and how."""

    id: UUID
    series_id: UUID
    uid: str = Field(description="The calendar UID, the same for ever and for every reader.")
    title: str
    mode: Mode
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    host_town: str | None = None
    place: str | None = None
    link: str | None = None
    version: int = Field(description="Rises with every change of the meeting; a hearer ignores an older one.")


class Revision(Value):
    """What the calendar entry of a reader must carry: SEQUENCE, DTSTAMP and LAST-MODIFIED (RFC 5545)."""

    sequence: int
    dtstamp: AwareDatetime
    last_modified: AwareDatetime


class InvitationIssued(Event):
    """One person is asked to one meeting, for the first time or again."""

    type: ClassVar[str] = "meetings.invitation_issued.v1"

    invitation_id: UUID
    person_id: UUID
    meeting: Meeting
    revision: Revision
    version: int = Field(description="Rises with every change of the invitation; a hearer ignores an older one.")


class InvitationWithdrawn(Event):
    """One person is no longer asked to one meeting."""

    type: ClassVar[str] = "meetings.invitation_withdrawn.v1"

    invitation_id: UUID
    person_id: UUID
    meeting: Meeting
    revision: Revision
    version: int = Field(description="Rises with every change of the invitation; a hearer ignores an older one.")


class MeetingRescheduled(Event):
    """A meeting has another time or place; said once, for all its invitations that stand."""

    type: ClassVar[str] = "meetings.meeting_rescheduled.v1"

    meeting: Meeting
    previously_starts_at: AwareDatetime
    revision: Revision = Field(description="Holds for every invitation of the meeting that stands.")


class MeetingCancelled(Event):
    """A meeting does not take place; said once, for all its invitations that stand."""

    type: ClassVar[str] = "meetings.meeting_cancelled.v1"

    meeting: Meeting
    reason: str | None = None
    revision: Revision = Field(description="Holds for every invitation of the meeting that stands.")


class AnswerGiven(Event):
    """One person's answer to one meeting as it is now; also said when its place is lost without another answer."""

    type: ClassVar[str] = "meetings.answer_given.v1"

    person_id: UUID
    meeting_id: UUID
    answer: Literal["accepted", "tentative", "declined"]
    attendance: Attendance | None = Field(None, description="None where the answer is declined.")
    place_state: PlaceState = Field(
        description="An accepted answer has none where an offer was let pass or the invitation is withdrawn."
    )
    given_at: AwareDatetime
    version: int = Field(
        description="Rises with every change of the answer or its place; a hearer ignores an older one."
    )


class PlaceOffered(Event):
    """A place is free, and somebody who accepted and waits may have it by answering once more."""

    type: ClassVar[str] = "meetings.place_offered.v1"

    person_id: UUID
    meeting_id: UUID
    attendance: Attendance
    until: AwareDatetime = Field(description="Then it is offered to the next; never past the meeting's beginning.")
    version: int = Field(description="The version of the answer, as in answer_given.")


class PlaceConfirmed(Event):
    """Somebody has taken the place that was offered."""

    type: ClassVar[str] = "meetings.place_confirmed.v1"

    person_id: UUID
    meeting_id: UUID
    attendance: Attendance
    version: int = Field(description="The version of the answer, as in answer_given.")


class ReminderDue(Event):
    """Whoever is asked to a meeting and has not answered is to be reminded of it; said once for each reminder."""

    type: ClassVar[str] = "meetings.reminder_due.v1"

    reminder_id: UUID
    meeting: Meeting
    due_at: AwareDatetime = Field(description="Who was asked after this needs no reminder.")
    unless_mailed_since: AwareDatetime | None = Field(
        None, description="In a crisis, who was mailed about the series since then needs no reminder either."
    )


class Span(Value):
    """When a meeting begins and ends."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


class Crisis(Value):
    """For a limited time a series meets online in another rhythm; both days are included."""

    id: UUID
    series_id: UUID
    title: str
    reason: str
    first_day: date
    last_day: date
    link: str
    meetings: tuple[Span, ...] = Field(description="Those of the crisis that are to come.")
    paused: tuple[Span, ...] = Field(description="Other meetings of the series that are not held because of it.")
    staying: tuple[Span, ...] = Field(description="Other meetings of the series that are held meanwhile.")
    version: int = Field(description="Rises with every change of the crisis; a hearer ignores an older one.")


class RegionThatCame(Value):
    """The organisations of one region that came to any meeting of a crisis, by name."""

    region: str | None
    organisations: tuple[str, ...]


class CrisisStarted(Event):
    """A series turns to crisis cadence; told everybody once, with the whole plan, and later who comes to the group."""

    type: ClassVar[str] = "meetings.crisis_started.v1"

    crisis: Crisis
    people: tuple[UUID, ...] = Field(
        description="Who is in the group at this moment; said again of the same version, who has come to it since."
    )


class CrisisExtended(Event):
    """A crisis lasts longer; told everybody once, with the whole plan."""

    type: ClassVar[str] = "meetings.crisis_extended.v1"

    crisis: Crisis
    people: tuple[UUID, ...] = Field(description="Who is in the group at this moment.")


class CrisisEnded(Event):
    """A crisis is over, by itself or early, and summed up the day after; told everybody once."""

    type: ClassVar[str] = "meetings.crisis_ended.v1"

    crisis: Crisis
    people: tuple[UUID, ...] = Field(description="Who is in the group at this moment.")
    meetings_held: int
    regions: tuple[RegionThatCame, ...] = Field(description="By name; empty where no attendance was entered.")
    next_until: date | None = Field(
        default=None, description="Last day of another crisis of the series that lasts now."
    )


class CrisisUndone(Event):
    """A crisis is as if it had never been: a mistake, or its series ends before. Told to whoever was told of it."""

    type: ClassVar[str] = "meetings.crisis_undone.v1"

    crisis: Crisis


class HostAsked(Event):
    """A town is asked to host a meeting in person; said once, until another town was asked in between.

    Said again to whoever it concerns that somebody begins to act for the town; who was asked knows it already.
    """

    type: ClassVar[str] = "meetings.host_asked.v1"

    meeting: Meeting = Field(description="Its version says which of several towns was asked last.")
    town: str
    people: tuple[UUID, ...] = Field(description="Who acts for the members of the town.")


EVENTS: tuple[type[Event], ...] = (
    InvitationIssued,
    InvitationWithdrawn,
    MeetingRescheduled,
    MeetingCancelled,
    AnswerGiven,
    PlaceOffered,
    PlaceConfirmed,
    ReminderDue,
    HostAsked,
    CrisisStarted,
    CrisisExtended,
    CrisisEnded,
    CrisisUndone,
)
