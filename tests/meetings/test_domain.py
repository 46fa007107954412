"""What may change about a meeting, and which revision a change takes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from services.meetings import domain
from services.meetings.calendar import Revision
from services.meetings.domain import Change, Meeting
from shared.errors import Refused
from tests.meetings.builders import MONDAY_NOON, UID_DOMAIN, series

NEXT_DAY = timedelta(days=1)


@pytest.fixture
def meeting() -> Meeting:
    """A coming meeting that was changed twice before."""
    first, *_ = series().unplanned_meetings(MONDAY_NOON, UID_DOMAIN)
    return replace(first, revision=Revision(2, MONDAY_NOON, MONDAY_NOON))


def test_a_move_keeps_the_length_and_what_it_does_not_name(meeting: Meeting) -> None:
    moved = domain.move(meeting, Change(starts_at=meeting.starts_at + NEXT_DAY), MONDAY_NOON)

    later = replace(meeting, starts_at=meeting.starts_at + NEXT_DAY, ends_at=meeting.ends_at + NEXT_DAY)
    assert moved == replace(later, changed_by_hand=True)


def test_a_move_may_change_the_length_alone(meeting: Meeting) -> None:
    moved = domain.move(meeting, Change(minutes=90), MONDAY_NOON)

    assert moved == replace(meeting, ends_at=meeting.starts_at + timedelta(minutes=90), changed_by_hand=True)


def test_a_move_to_where_a_meeting_is_leaves_no_mark(meeting: Meeting) -> None:
    assert domain.move(meeting, Change(minutes=60, starts_at=meeting.starts_at), MONDAY_NOON) == meeting


def test_another_agenda_alone_leaves_no_mark(meeting: Meeting) -> None:
    moved = domain.move(meeting, Change(agenda="Velkomst"), MONDAY_NOON)

    assert moved == replace(meeting, agenda="Velkomst")


def test_a_move_may_clear_a_place(meeting: Meeting) -> None:
    in_town = replace(meeting, mode="physical", place="Rådhuset", host_town="Køge")

    moved = domain.move(in_town, Change(host_town="Roskilde", place=None), MONDAY_NOON)

    assert (moved.host_town, moved.place) == ("Roskilde", None)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (Change(starts_at=MONDAY_NOON), "begins_in_the_past", "starts_at"),
        (Change(link=None), "link_is_missing", "link"),
    ],
)
def test_a_move_that_makes_no_sense_names_the_field(meeting: Meeting, change: Change, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        domain.move(meeting, change, MONDAY_NOON)

    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("mode", ["online", "hybrid"])
def test_nobody_is_asked_to_meet_online_without_a_link(mode: domain.Mode) -> None:
    with pytest.raises(Refused) as refused:
        domain.check_attendable(mode, None)

    assert (refused.value.code, refused.value.field) == ("link_is_missing", "link")


def test_a_series_does_not_end_before_it_begins() -> None:
    backwards = series(first_day=date(2026, 5, 1), last_day=date(2026, 4, 30))

    with pytest.raises(Refused) as refused:
        backwards.check()

    assert refused.value.field == "until"


def test_what_has_begun_is_neither_moved_nor_cancelled(meeting: Meeting) -> None:
    with pytest.raises(domain.MeetingHasBegun):
        domain.move(meeting, Change(minutes=30), meeting.starts_at)
    with pytest.raises(domain.MeetingHasBegun):
        domain.cancel(meeting, None, meeting.starts_at)


def test_what_is_marked_as_begun_has_begun_whatever_this_clock_says(meeting: Meeting) -> None:
    with pytest.raises(domain.MeetingHasBegun):
        domain.move(replace(meeting, status="begun"), Change(minutes=30), MONDAY_NOON)


def test_a_cancelled_meeting_cannot_be_moved_and_stays_as_it_is(meeting: Meeting) -> None:
    cancelled = domain.cancel(meeting, "storm", MONDAY_NOON)

    assert domain.cancel(cancelled, "another reason", MONDAY_NOON) == cancelled
    with pytest.raises(domain.MeetingIsCancelled):
        domain.move(cancelled, Change(minutes=30), MONDAY_NOON)


@pytest.mark.parametrize(("highest", "sequence"), [(None, 3), (1, 3), (2, 3), (7, 8)])
def test_a_changed_meeting_is_above_all_that_was_said_of_it(
    meeting: Meeting, highest: int | None, sequence: int
) -> None:
    said = None if highest is None else _revision(highest, MONDAY_NOON + NEXT_DAY)

    revised = domain.revise(meeting, said, MONDAY_NOON)

    assert revised.revision.sequence == sequence
    assert revised.revision.dtstamp > (MONDAY_NOON if said is None else said.dtstamp)
    assert revised.version == meeting.version + 1


def test_a_newcomer_is_told_the_meetings_own_sequence(meeting: Meeting) -> None:
    invitation = domain.invite(meeting, uuid4(), MONDAY_NOON + NEXT_DAY)

    assert invitation.standing
    assert invitation.revision == Revision(2, MONDAY_NOON + NEXT_DAY, MONDAY_NOON)


@pytest.mark.parametrize(("meetings_own", "renewed"), [(2, 4), (9, 9)])
def test_who_is_asked_again_is_told_more_than_the_withdrawal(meeting: Meeting, meetings_own: int, renewed: int) -> None:
    withdrawn = domain.withdraw(domain.invite(meeting, uuid4(), MONDAY_NOON), MONDAY_NOON)
    changed = replace(meeting, revision=_revision(meetings_own, MONDAY_NOON))

    again = domain.invite_again(changed, withdrawn, MONDAY_NOON)

    assert (withdrawn.standing, withdrawn.revision.sequence, withdrawn.version) == (False, 3, 2)
    assert (again.standing, again.revision.sequence, again.version) == (True, renewed, 3)
    assert again.revision.dtstamp > withdrawn.revision.dtstamp


def _revision(sequence: int, moment: datetime) -> Revision:
    return Revision(sequence, moment, moment)
