"""What meetings says: who is asked to which meeting, and what became of it."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Value

Mode = Literal["online", "physical", "hybrid"]


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


EVENTS: tuple[type[Event], ...] = (
    InvitationIssued,
    InvitationWithdrawn,
    MeetingRescheduled,
    MeetingCancelled,
)
