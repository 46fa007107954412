"""On which days a series meets, held against the holidays package and against the calendar itself."""

from calendar import monthrange
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.meetings.holidays import is_holiday, public_holidays
from services.meetings.recurrence import LAST, WEEKDAYS, NthWeekday, day_held

EVERY_MONTH = tuple(range(1, 13))
days = st.dates(date(2020, 1, 1), date(2045, 12, 31))
rules = st.builds(
    NthWeekday,
    st.sampled_from(WEEKDAYS),
    st.sampled_from([1, 2, 3, 4, 5, LAST]),
    st.lists(st.integers(1, 12), min_size=1, unique=True).map(lambda months: tuple(sorted(months))),
)


@pytest.mark.parametrize("year", range(2015, 2051))
def test_public_holidays_are_those_of_the_holidays_package(year: int) -> None:
    by_law = {day for day, name in holidays.country_holidays("DK", years=year).items()}

    assert public_holidays(year) == by_law


@pytest.mark.parametrize(("month", "day"), [(6, 5), (12, 24), (12, 31)])
def test_days_off_by_custom_are_holidays_too(month: int, day: int) -> None:
    assert is_holiday(date(2027, month, day))


def test_great_prayer_day_is_an_ordinary_day_from_2024() -> None:
    assert is_holiday(date(2023, 5, 5))
    assert not is_holiday(date(2024, 4, 26))


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


@given(rules, days, st.integers(0, 1200))
def test_the_days_of_a_rule_are_all_those_that_the_calendar_gives(rule: NthWeekday, first: date, span: int) -> None:
    last = first + timedelta(days=span)

    found = list(rule.days(first, last))

    assert found == [day for day in _every_day(first, last) if _is_by_rule(rule, day)]


@given(days)
def test_a_moved_day_is_the_same_weekday_on_the_next_week_without_a_holiday(day: date) -> None:
    held = day_held(day, "move")

    assert held is not None
    assert held >= day
    assert not is_holiday(held)
    assert (held - day).days % 7 == 0
    assert all(is_holiday(day + timedelta(weeks=week)) for week in range((held - day).days // 7))


@given(days)
def test_only_a_holiday_is_skipped(day: date) -> None:
    assert day_held(day, "skip") == (None if is_holiday(day) else day)


def test_a_day_moves_twice_where_the_week_after_is_a_holiday_too() -> None:
    christmas_eve, new_years_eve, after = date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 7)

    assert is_holiday(new_years_eve)
    assert day_held(christmas_eve, "move") == after


def _every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _is_by_rule(rule: NthWeekday, day: date) -> bool:
    if WEEKDAYS[day.weekday()] != rule.weekday or day.month not in rule.months:
        return False
    if rule.nth == LAST:
        return day.day + 7 > monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 == rule.nth
