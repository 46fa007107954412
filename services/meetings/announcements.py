"""What meetings says of its meetings and invitations, as the contracts want it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts import meetings as contract

from .answers import Answer
from .calendar import Revision
from .domain import Invitation, Meeting, whole_place


def invitation_issued(
    invitation: Invitation, meeting: contract.Meeting, correlation_id: str
) -> contract.InvitationIssued:
    """Say that a person is asked to a meeting, for the first time or again."""
    return contract.InvitationIssued(
        correlation_id=correlation_id,
        invitation_id=invitation.id,
        person_id=invitation.person_id,
        meeting=meeting,
        revision=_said_revision(invitation.revision),
        version=invitation.version,
    )


def invitation_withdrawn(
    invitation: Invitation, meeting: contract.Meeting, correlation_id: str
) -> contract.InvitationWithdrawn:
    """Say that a person is no longer asked to a meeting."""
    return contract.InvitationWithdrawn(
        correlation_id=correlation_id,
        invitation_id=invitation.id,
        person_id=invitation.person_id,
        meeting=meeting,
        revision=_said_revision(invitation.revision),
        version=invitation.version,
    )


def meeting_rescheduled(
    meeting: Meeting, previously_starts_at: datetime, correlation_id: str
) -> contract.MeetingRescheduled:
    """Say that a meeting has another time or place."""
    return contract.MeetingRescheduled(
        correlation_id=correlation_id,
        meeting=said(meeting),
        previously_starts_at=previously_starts_at,
        revision=_said_revision(meeting.revision),
    )


def meeting_cancelled(meeting: Meeting, correlation_id: str) -> contract.MeetingCancelled:
    """Say that a meeting does not take place."""
    return contract.MeetingCancelled(
        correlation_id=correlation_id,
        meeting=said(meeting),
        reason=meeting.reason,
        revision=_said_revision(meeting.revision),
    )


def answer_given(answer: Answer, correlation_id: str) -> contract.AnswerGiven:
    """Say what a person has answered, or that the place that came of it is lost."""
    return contract.AnswerGiven(
        correlation_id=correlation_id,
        person_id=answer.person_id,
        meeting_id=answer.meeting_id,
        answer=answer.choice,
        attendance=answer.attendance,
        place_state=answer.place,
        given_at=answer.given_at,
        version=answer.version,
    )


def place_offered(answer: Answer, correlation_id: str) -> contract.PlaceOffered:
    """Say that somebody who waits can have a place; raise ValueError where none is offered."""
    if answer.attendance is None or answer.offered_until is None:
        raise ValueError("no place is offered")
    return contract.PlaceOffered(
        correlation_id=correlation_id,
        person_id=answer.person_id,
        meeting_id=answer.meeting_id,
        attendance=answer.attendance,
        until=answer.offered_until,
        version=answer.version,
    )


def place_confirmed(answer: Answer, correlation_id: str) -> contract.PlaceConfirmed:
    """Say that somebody has taken the place that was offered; raise ValueError where nobody comes."""
    if answer.attendance is None:
        raise ValueError("no place is confirmed")
    return contract.PlaceConfirmed(
        correlation_id=correlation_id,
        person_id=answer.person_id,
        meeting_id=answer.meeting_id,
        attendance=answer.attendance,
        version=answer.version,
    )


def reminder_due(
    reminder_id: UUID, meeting: Meeting, due_at: datetime, unless_mailed_since: datetime | None, correlation_id: str
) -> contract.ReminderDue:
    """Say that whoever has not answered, and was not mailed about the series since a moment, is to be reminded."""
    return contract.ReminderDue(
        correlation_id=correlation_id,
        reminder_id=reminder_id,
        meeting=said(meeting),
        due_at=due_at,
        unless_mailed_since=unless_mailed_since,
    )


def host_asked(meeting: Meeting, town: str, people: Sequence[UUID], correlation_id: str) -> contract.HostAsked:
    """Say that the people of a town are asked to host a meeting."""
    return contract.HostAsked(correlation_id=correlation_id, meeting=said(meeting), town=town, people=tuple(people))


def said(meeting: Meeting) -> contract.Meeting:
    """Return a meeting as others see it."""
    return contract.Meeting(
        id=meeting.id,
        series_id=meeting.series_id,
        uid=meeting.uid,
        title=meeting.title,
        mode=meeting.mode,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        host_town=meeting.host_town,
        place=whole_place(meeting.place, meeting.address),
        link=meeting.link,
        version=meeting.version,
    )


def _said_revision(revision: Revision) -> contract.Revision:
    return contract.Revision(sequence=revision.sequence, dtstamp=revision.dtstamp, last_modified=revision.last_modified)
