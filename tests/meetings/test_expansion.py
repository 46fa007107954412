"""Twelve years of every kind of rule, held against dateutil's rrule and time zones and the holidays package."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import holidays
import pytest
from dateutil import tz
from dateutil.rrule import DAILY, FR, MO, MONTHLY, WEEKLY, rrule, weekday
from hypothesis import given, settings
from hypothesis import strategies as st

from services.meetings.calendar import NoSuchLocalTime
from services.meetings.held_days import OnHoliday, usual_on_holiday
from services.meetings.recurrence import WEEKDAYS, EveryWeekday, EveryWeeks, NthWeekday, Rule, Single
from shared.clock import COPENHAGEN
from tests.meetings.builders import series
from tests.meetings.rules import FINAL, FIRST, rules

THEIR_COPENHAGEN = tz.gettz("Europe/Copenhagen")
THEIR_HOLIDAYS = frozenset(holidays.country_holidays("DK", years=range(2024, 2038)))
BY_CUSTOM = ((6, 5), (12, 24), (12, 31))
HAPPENINGS = settings(max_examples=80, deadline=None)

on_holidays: st.SearchStrategy[OnHoliday] = st.sampled_from(["move", "skip", "ignore"])
times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@HAPPENINGS
@given(rules, on_holidays)
def test_the_days_held_are_those_of_rrule_and_the_holidays_package(rule: Rule, on_holiday: OnHoliday) -> None:
    planned = series(recurrence=rule, first_day=FIRST, on_holiday=on_holiday)

    found = {day.occurrence: day.held for day in planned.days(FIRST, FINAL)}

    theirs = _their_days(rule)
    assert found == {day: _held(day, on_holiday, theirs) for day in theirs if day <= FINAL}


@HAPPENINGS
@given(rules, times)
def test_a_series_begins_at_its_local_time_whatever_the_clocks_do(rule: Rule, starts_at: time) -> None:
    planned = series(recurrence=rule, first_day=FIRST, starts_at=starts_at, on_holiday=usual_on_holiday(rule))
    held = [day.held for day in planned.days(FIRST, FINAL) if day.held]

    local = [datetime.combine(day, starts_at, THEIR_COPENHAGEN) for day in held]

    if all(map(tz.datetime_exists, local)):
        assert [planned.begins(day) for day in held] == [moment.astimezone(tz.UTC) for moment in local]
    else:
        with pytest.raises(NoSuchLocalTime):
            planned.check()


@pytest.mark.parametrize("rule", [EveryWeeks("sunday", 1, FIRST), EveryWeekday()])
def test_all_changes_of_the_clocks_in_twelve_years_are_gone_through(rule: Rule) -> None:
    planned = series(recurrence=rule, first_day=FIRST, starts_at=time(8, 30), on_holiday="ignore")

    begins = [planned.begins(day.occurrence).astimezone(COPENHAGEN) for day in planned.days(FIRST, FINAL)]

    assert {moment.time() for moment in begins} == {time(8, 30)}
    assert sum(earlier.utcoffset() != later.utcoffset() for earlier, later in pairwise(begins)) == 24


def test_an_hour_that_is_there_twice_is_the_first() -> None:
    planned = series(recurrence=Single(date(2026, 10, 25)), starts_at=time(2, 30))

    planned.check()

    assert planned.begins(date(2026, 10, 25)) == datetime.fromisoformat("2026-10-25T00:30+00:00")


def test_an_hour_that_the_clocks_will_skip_in_some_year_is_refused() -> None:
    with pytest.raises(NoSuchLocalTime):
        series(recurrence=NthWeekday("sunday", 5, (3,)), starts_at=time(2, 0)).check()


def _their_days(rule: Rule) -> list[date]:
    """List the days by the rule until well after the last year, so that a moved day finds the one that it meets."""
    return [moment.date() for moment in _their_rule(rule)]


def _their_rule(rule: Rule) -> Iterator[datetime]:
    begin, end = datetime.combine(FIRST, time()), datetime.combine(FINAL + timedelta(weeks=8), time())
    match rule:
        case NthWeekday(name, nth, months):
            which = weekday(WEEKDAYS.index(name), nth)
            return iter(rrule(MONTHLY, dtstart=begin, until=end, byweekday=which, bymonth=months))
        case EveryWeeks(name, weeks, since):
            (first,) = rrule(
                DAILY, dtstart=datetime.combine(since, time()), count=1, byweekday=weekday(WEEKDAYS.index(name))
            )
            return iter(rrule(WEEKLY, dtstart=first, until=end, interval=weeks))
        case EveryWeekday():
            return iter(rrule(DAILY, dtstart=begin, until=end, byweekday=range(MO.weekday, FR.weekday + 1)))
        case Single(day):
            return iter(rrule(DAILY, dtstart=datetime.combine(day, time()), count=1))


def _held(day: date, on_holiday: OnHoliday, theirs: list[date]) -> date | None:
    if on_holiday == "ignore" or not _is_closed(day):
        return day
    if on_holiday == "skip":
        return None
    moved = next(later for week in range(1, 9) if not _is_closed(later := day + timedelta(weeks=week)))
    return None if moved in theirs else moved


def _is_closed(day: date) -> bool:
    return day in THEIR_HOLIDAYS or (day.month, day.day) in BY_CUSTOM
