"""What a reader's calendar is told: revisions that only rise, and the right instant in summer and in winter."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.meetings.calendar import NoSuchLocalTime, Revision, moment
from services.meetings.recurrence import NthWeekday
from tests.meetings.builders import EVERY_MONTH, MONDAY_NOON, UID_DOMAIN, series

moments = st.datetimes(timezones=st.just(UTC))


def test_a_first_revision_is_stamped_to_the_second() -> None:
    assert Revision.first(MONDAY_NOON.replace(microsecond=999)) == Revision(0, MONDAY_NOON, MONDAY_NOON)


@given(moments, st.lists(moments, min_size=1))
def test_revisions_rise_whatever_the_clock_does(begin: datetime, clock: list[datetime]) -> None:
    revisions = [Revision.first(begin)]
    for now in clock:
        revisions.append(revisions[-1].next(now))

    assert [revision.sequence for revision in revisions] == list(range(len(clock) + 1))
    assert all(earlier.dtstamp < later.dtstamp for earlier, later in pairwise(revisions))


def test_one_more_reader_is_told_of_nothing_new() -> None:
    revision = Revision(3, MONDAY_NOON, MONDAY_NOON)

    stamped = revision.stamped(MONDAY_NOON + timedelta(days=1))

    assert stamped == Revision(3, MONDAY_NOON + timedelta(days=1), MONDAY_NOON)


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2026-06-11T09:30", "2026-06-11T07:30+00:00"),
        ("2026-12-10T09:30", "2026-12-10T08:30+00:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30+00:00"),
        ("2026-06-11T09:30+00:00", "2026-06-11T09:30+00:00"),
    ],
)
def test_a_time_without_an_offset_is_copenhagens(local: str, instant: str) -> None:
    assert moment(datetime.fromisoformat(local)) == datetime.fromisoformat(instant)


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(NoSuchLocalTime):
        moment(datetime.fromisoformat("2026-03-29T02:30"))


def test_a_series_keeps_its_local_time_when_the_clocks_change() -> None:
    meetings = list(series().unplanned_meetings(MONDAY_NOON, UID_DOMAIN))

    assert {meeting.starts_at.hour for meeting in meetings if meeting.starts_at.month in range(4, 11)} == {7}
    assert {meeting.starts_at.hour for meeting in meetings if meeting.starts_at.month in (1, 2, 11, 12)} == {8}
    assert {meeting.ends_at - meeting.starts_at for meeting in meetings} == {timedelta(minutes=60)}


def test_a_series_plans_a_year_ahead_and_nothing_that_has_begun() -> None:
    this_morning = series(recurrence=NthWeekday("monday", 1, EVERY_MONTH))

    first, *_, last = this_morning.unplanned_meetings(MONDAY_NOON, UID_DOMAIN)

    assert first.occurrence == date(2026, 4, 6)
    assert last.occurrence == date(2027, 3, 1)


def test_a_meeting_on_a_holiday_is_held_a_week_later_and_keeps_its_occurrence() -> None:
    easter_monday = date(2026, 4, 6)
    first_monday_of_april = series(recurrence=NthWeekday("monday", 1, (4,)))

    (meeting,) = first_monday_of_april.unplanned_meetings(MONDAY_NOON, UID_DOMAIN)

    assert meeting.occurrence == easter_monday
    assert meeting.starts_at.date() == easter_monday + timedelta(weeks=1)
    assert meeting.uid == f"{meeting.id}@{UID_DOMAIN}"
