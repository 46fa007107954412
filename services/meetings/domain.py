"""The rules of meetings and invitations: what may change, and which revision a change takes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, TypedDict
from uuid import UUID, uuid4

from shared.errors import Conflict, Invalid

from .calendar import Revision

Mode = Literal["online", "physical", "hybrid"]
Status = Literal["scheduled", "begun", "cancelled"]


class MeetingHasBegun(Conflict):
    """What has begun can be neither moved nor cancelled."""

    code = "meeting_has_begun"


class MeetingIsCancelled(Conflict):
    """A cancelled meeting stays cancelled."""

    code = "meeting_is_cancelled"


class BeginsInThePast(Invalid):
    """A meeting can only be moved to a time that is still to come."""

    code = "begins_in_the_past"


class LinkIsMissing(Invalid):
    """Nobody could attend online."""

    code = "link_is_missing"


class Change(TypedDict, total=False):
    """What a move changes; what is not named stays, and None clears a text."""

    starts_at: datetime
    minutes: int
    place: str | None
    address: str | None
    host_town: str | None
    link: str | None
    agenda: str | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One occurrence of a series.

    `occurrence` is its day by the rule, whatever holidays and moves made of it; None where the rule dropped the day.
    `changed_by_hand` says that it was itself moved or cancelled, so that changes of its series leave it as it is.
    `crisis_id` is the crisis that it belongs to, `paused_by` the one that a meeting of the series is cancelled for.
    """

    id: UUID
    series_id: UUID
    occurrence: date | None
    uid: str
    title: str
    mode: Mode
    starts_at: datetime
    ends_at: datetime
    place: str | None
    address: str | None
    host_town: str | None
    link: str | None
    agenda: str | None
    status: Status
    reason: str | None
    changed_by_hand: bool
    revision: Revision
    version: int
    crisis_id: UUID | None = None
    paused_by: UUID | None = None


def whole_place(place: str | None, address: str | None) -> str | None:
    """Return a place as its readers are told: with its address."""
    return ", ".join(filter(None, (place, address))) or None


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person is asked to one meeting; it stands until it is withdrawn or the meeting is cancelled."""

    id: UUID
    meeting_id: UUID
    person_id: UUID
    standing: bool
    revision: Revision
    version: int


def check_attendable(mode: Mode, link: str | None) -> None:
    """Refuse a series or a meeting that nobody could attend online; a place may follow, with its host."""
    if mode != "physical" and not link:
        raise LinkIsMissing("whoever meets online needs the link to join", field="link")


def move(meeting: Meeting, change: Change, now: datetime) -> Meeting:
    """Return the meeting at its new time or place, or an equal one where the change changes nothing.

    Raises:
        MeetingIsCancelled, MeetingHasBegun, BeginsInThePast, LinkIsMissing
    """
    check_coming(meeting, now)
    starts_at = change.get("starts_at", meeting.starts_at)
    minutes = change.get("minutes")
    moved = replace(
        meeting,
        starts_at=starts_at,
        ends_at=starts_at + (timedelta(minutes=minutes) if minutes else meeting.ends_at - meeting.starts_at),
        place=change.get("place", meeting.place),
        address=change.get("address", meeting.address),
        host_town=change.get("host_town", meeting.host_town),
        link=change.get("link", meeting.link),
        agenda=change.get("agenda", meeting.agenda),
    )
    if starts_at <= now:
        raise BeginsInThePast("a meeting can only be moved to a time that is still to come", field="starts_at")
    check_attendable(moved.mode, moved.link)
    return moved if is_told_alike(moved, meeting) else replace(moved, changed_by_hand=True)


def is_told_alike(meeting: Meeting, before: Meeting) -> bool:
    """Say whether what people are told of a meeting is as before; nobody is written to about an agenda alone."""
    return replace(meeting, occurrence=before.occurrence, agenda=before.agenda) == before


def cancel(meeting: Meeting, reason: str | None, now: datetime) -> Meeting:
    """Return the meeting as cancelled for good, or as it is where it was so before; raise MeetingHasBegun."""
    if meeting.paused_by:
        return replace(meeting, paused_by=None, reason=reason, changed_by_hand=True)
    if meeting.status == "cancelled":
        return meeting
    check_coming(meeting, now)
    return replace(meeting, status="cancelled", reason=reason, changed_by_hand=True)


def revise(meeting: Meeting, highest: Revision | None, now: datetime) -> Meeting:
    """Give a changed meeting a revision above its own and above the highest of its invitations."""
    own = meeting.revision.at_least(highest) if highest else meeting.revision
    return replace(meeting, revision=own.next(now), version=meeting.version + 1)


def invite(meeting: Meeting, person_id: UUID, now: datetime) -> Invitation:
    """Ask a person to a meeting for the first time."""
    return Invitation(uuid4(), meeting.id, person_id, True, meeting.revision.stamped(now), 1)


def invite_again(meeting: Meeting, withdrawn: Invitation, now: datetime) -> Invitation:
    """Ask a person again, so that the calendar that was told of the withdrawal does not ignore it."""
    revision = withdrawn.revision.next(now).at_least(meeting.revision)
    return replace(withdrawn, standing=True, revision=revision, version=withdrawn.version + 1)


def withdraw(invitation: Invitation, now: datetime) -> Invitation:
    """Ask a person no longer."""
    return replace(invitation, standing=False, revision=invitation.revision.next(now), version=invitation.version + 1)


def check_coming(meeting: Meeting, now: datetime) -> None:
    """Refuse what can only be done to a meeting that is still to come; raise MeetingIsCancelled, MeetingHasBegun."""
    if meeting.status == "cancelled":
        raise MeetingIsCancelled("the meeting is cancelled")
    if meeting.status == "begun" or meeting.starts_at <= now:
        raise MeetingHasBegun("the meeting has begun")
