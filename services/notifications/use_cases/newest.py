"""Of several events about one thing that are heard together, those that know most."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.contracts.meetings import MeetingCancelled

from ..crises import AboutCrises
from ..storage import AboutMeetings, WithMeeting


def newest_meetings(events: Iterable[WithMeeting]) -> list[WithMeeting]:
    """Keep, of each meeting, the event that knows most: of equal versions the cancellation."""
    by_age = sorted(events, key=lambda event: (event.meeting.version, isinstance(event, MeetingCancelled)))
    return list({event.meeting.id: event for event in by_age}.values())


def highest_revisions(events: Iterable[AboutMeetings]) -> list[AboutMeetings]:
    """Keep, of each meeting, the event with the highest SEQUENCE."""
    by_sequence = sorted(events, key=lambda event: event.revision.sequence)
    return list({event.meeting.id: event for event in by_sequence}.values())


def newest_of_crises(events: Sequence[AboutCrises]) -> list[AboutCrises]:
    """Keep, of each crisis, the events that know most: of one version several are told to different people."""
    newest: dict[UUID, int] = {}
    for event in events:
        newest[event.crisis.id] = max(event.crisis.version, newest.get(event.crisis.id, 0))
    return [event for event in events if event.crisis.version == newest[event.crisis.id]]
