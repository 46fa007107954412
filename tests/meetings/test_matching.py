"""Which day of a new rule takes the place of which day of the old one."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.meetings.matching import match_days
from services.meetings.recurrence import LAST, EveryWeekday, EveryWeeks, NthWeekday, Rule, Single
from tests.meetings.builders import EVERY_MONTH
from tests.meetings.rules import rules

FIRST, FINAL = date(2026, 1, 1), date(2026, 12, 31)
SECOND_THURSDAY = NthWeekday("thursday", 2, EVERY_MONTH)


def matched(before: Rule, after: Rule, first: date = FIRST, final: date = FINAL) -> dict[date, date]:
    return match_days(before.days(first, final), after.days(first, final), before, after)


@pytest.mark.parametrize(
    "after",
    [
        NthWeekday("tuesday", 2, EVERY_MONTH),
        NthWeekday("thursday", LAST, EVERY_MONTH),
        NthWeekday("friday", 1, EVERY_MONTH),
    ],
)
def test_each_meeting_of_a_month_stays_the_meeting_of_that_month(after: NthWeekday) -> None:
    found = matched(SECOND_THURSDAY, after)

    assert len(found) == 12
    assert all((old.year, old.month) == (new.year, new.month) for old, new in found.items())


def test_each_meeting_of_a_week_stays_the_meeting_of_that_week() -> None:
    before, after = EveryWeeks("thursday", 1, FIRST), EveryWeeks("tuesday", 1, FIRST)

    found = matched(before, after)

    assert found == {day: day - timedelta(days=2) for day in before.days(FIRST, FINAL) if day > FIRST}


def test_what_meets_on_the_same_day_as_before_is_the_same_meeting() -> None:
    found = matched(EveryWeekday(), EveryWeeks("wednesday", 2, FIRST))

    assert found == {day: day for day in EveryWeeks("wednesday", 2, FIRST).days(FIRST, FINAL)}


def test_the_monthly_meeting_lives_on_in_its_week_when_a_series_becomes_weekly() -> None:
    found = matched(SECOND_THURSDAY, EveryWeeks("tuesday", 1, FIRST))

    assert found == {day: day - timedelta(days=2) for day in SECOND_THURSDAY.days(FIRST, FINAL)}


def test_other_weeks_of_a_month_keep_the_order_of_its_meetings() -> None:
    before, after = EveryWeeks("monday", 2, date(2026, 6, 1)), EveryWeeks("monday", 2, date(2026, 6, 8))

    found = matched(before, after, date(2026, 6, 1), date(2026, 6, 30))

    assert found == {date(2026, 6, 1): date(2026, 6, 8), date(2026, 6, 15): date(2026, 6, 22)}


def test_the_same_day_comes_before_an_earlier_one_of_the_month() -> None:
    left_by_hand, same = date(2026, 6, 4), date(2026, 6, 11)

    assert match_days([left_by_hand, same], [same], SECOND_THURSDAY, SECOND_THURSDAY) == {same: same}


def test_a_single_meeting_keeps_its_identity_however_far_it_moves() -> None:
    assert matched(Single(date(2026, 3, 3)), Single(date(2026, 10, 1))) == {date(2026, 3, 3): date(2026, 10, 1)}


def test_a_quarterly_meeting_in_other_months_is_another_meeting() -> None:
    assert matched(NthWeekday("thursday", 2, (3, 9)), NthWeekday("thursday", 2, (2, 8))) == {}


@settings(deadline=None)
@given(rules, rules, st.dates(date(2024, 1, 1), date(2034, 12, 31)))
def test_no_day_is_matched_twice_and_a_day_of_both_rules_is_matched_with_itself(
    before: Rule, after: Rule, first: date
) -> None:
    final = first + timedelta(days=365)
    old, new = set(before.days(first, final)), set(after.days(first, final))

    found = matched(before, after, first, final)

    assert len(set(found.values())) == len(found)
    assert set(found) <= old
    assert set(found.values()) <= new
    assert {day: found[day] for day in old & new} == {day: day for day in old & new}
