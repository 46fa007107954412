"""On which days a series meets, held against the holidays package and against the calendar itself."""

from calendar import monthrange
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.meetings.held_days import MovesOntoAnotherMeeting, OnHoliday, RuleDay, check_on_holiday, rule_days
from services.meetings.holidays import holiday_on, public_holidays
from services.meetings.recurrence import LAST, WEEKDAYS, EveryWeekday, EveryWeeks, NthWeekday, Rule, Single
from tests.meetings.builders import EVERY_MONTH
from tests.meetings.rules import nth_weekdays

days = st.dates(date(2020, 1, 1), date(2045, 12, 31))


@pytest.mark.parametrize("year", range(2015, 2051))
def test_public_holidays_are_those_of_the_holidays_package(year: int) -> None:
    by_law = holidays.country_holidays("DK", years=year, language="en_US")

    assert public_holidays(year) == {day: _as_we_call_it(name) for day, name in by_law.items()}


@pytest.mark.parametrize(("month", "day"), [(6, 5), (12, 24), (12, 31)])
def test_days_off_by_custom_are_holidays_too(month: int, day: int) -> None:
    assert holiday_on(date(2027, month, day))


def test_great_prayer_day_is_an_ordinary_day_from_2024() -> None:
    assert holiday_on(date(2023, 5, 5))
    assert not holiday_on(date(2024, 4, 26))


def test_second_thursdays_of_a_year() -> None:
    rule = NthWeekday("thursday", 2, EVERY_MONTH)

    found = list(rule.days(date(2027, 1, 1), date(2027, 4, 30)))

    assert found == [date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11), date(2027, 4, 8)]


def test_a_month_without_a_fifth_has_none() -> None:
    rule = NthWeekday("monday", 5, EVERY_MONTH)

    found = list(rule.days(date(2027, 1, 1), date(2027, 6, 30)))

    assert found == [date(2027, 3, 29), date(2027, 5, 31)]


def test_last_friday_of_every_quarter() -> None:
    rule = NthWeekday("friday", LAST, (3, 6, 9, 12))

    found = list(rule.days(date(2027, 1, 1), date(2027, 12, 31)))

    assert found == [date(2027, 3, 26), date(2027, 6, 25), date(2027, 9, 24), date(2027, 12, 31)]


@given(nth_weekdays, days, st.integers(0, 1200))
def test_the_days_of_a_rule_are_all_those_that_the_calendar_gives(rule: NthWeekday, first: date, span: int) -> None:
    last = first + timedelta(days=span)

    found = list(rule.days(first, last))

    assert found == [day for day in _every_day(first, last) if _is_by_rule(rule, day)]


@given(days)
def test_a_moved_day_is_the_same_weekday_on_the_next_week_without_a_holiday(day: date) -> None:
    held = _single(day, "move").held

    assert held is not None
    assert held >= day
    assert not holiday_on(held)
    assert (held - day).days % 7 == 0
    assert all(holiday_on(day + timedelta(weeks=week)) for week in range((held - day).days // 7))


@given(days)
def test_only_a_holiday_is_skipped(day: date) -> None:
    assert _single(day, "skip").held == (None if holiday_on(day) else day)


@given(days)
def test_a_holiday_that_is_ignored_is_named_all_the_same(day: date) -> None:
    assert _single(day, "ignore") == RuleDay(day, day, holiday_on(day))


def test_a_day_moves_twice_where_the_week_after_is_a_holiday_too() -> None:
    christmas_eve, new_years_eve, after = date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 7)

    assert holiday_on(new_years_eve)
    assert _single(christmas_eve, "move") == RuleDay(christmas_eve, after, "christmas_eve")


def test_every_second_week_a_day_is_skipped_that_would_move_onto_the_next() -> None:
    rule = EveryWeeks("thursday", 2, date(2026, 12, 10))

    found = list(rule_days(rule, "move", date(2026, 12, 1), date(2027, 1, 10)))

    assert [day.held for day in found] == [date(2026, 12, 10), None, date(2027, 1, 7)]


@pytest.mark.parametrize("rule", [EveryWeekday(), EveryWeeks("monday", 1, date(2026, 1, 1))])
def test_what_meets_a_week_later_anyway_cannot_be_moved_there(rule: Rule) -> None:
    with pytest.raises(MovesOntoAnotherMeeting):
        check_on_holiday(rule, "move")


@pytest.mark.parametrize("rule", [Single(date(2026, 4, 6)), EveryWeeks("monday", 2, date(2026, 1, 1))])
def test_what_does_not_meet_a_week_later_may_be_moved_there(rule: Rule) -> None:
    check_on_holiday(rule, "move")


def test_every_third_week_is_counted_from_its_first_weekday_whatever_part_is_asked_for() -> None:
    rule = EveryWeeks("monday", 3, since=date(2026, 12, 1))

    assert list(rule.days(date(2026, 1, 1), date(2027, 1, 31))) == [
        date(2026, 12, 7),
        date(2026, 12, 28),
        date(2027, 1, 18),
    ]
    assert list(rule.days(date(2026, 12, 8), date(2027, 1, 17))) == [date(2026, 12, 28)]


def _single(day: date, on_holiday: OnHoliday) -> RuleDay:
    (found,) = rule_days(Single(day), on_holiday, day, day)
    return found


def _as_we_call_it(name: str) -> str:
    return name.lower().replace("'", "").replace(" ", "_")


def _every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _is_by_rule(rule: NthWeekday, day: date) -> bool:
    if WEEKDAYS[day.weekday()] != rule.weekday or day.month not in rule.months:
        return False
    if rule.nth == LAST:
        return day.day + 7 > monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 == rule.nth
