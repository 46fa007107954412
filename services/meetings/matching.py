"""Which day of a new rule takes the place of which day of the old one, so that a meeting keeps its identity."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date

from .recurrence import NthWeekday, Rule, Single

Period = Callable[[date], Hashable]


def match_days(old: Iterable[date], new: Iterable[date], before: Rule, after: Rule) -> dict[date, date]:
    """Say for old days which new day takes their place: the same, or in order within the same week or month.

    No new day takes the place of two. An old day that is not named is dropped, a new one that is not named is added.
    """
    old, new = sorted(old), sorted(new)
    matched: dict[date, date] = {}
    for period in _periods(before, after):
        taken = set(matched.values())
        free: defaultdict[Hashable, list[date]] = defaultdict(list)
        for day in new:
            if day not in taken:
                free[period(day)].append(day)
        for day in old:
            if day not in matched and free[period(day)]:
                matched[day] = free[period(day)].pop(0)
    return matched


def _periods(before: Rule, after: Rule) -> tuple[Period, ...]:
    if isinstance(before, Single) and isinstance(after, Single):
        return _day, _ever
    if isinstance(before, NthWeekday) and isinstance(after, NthWeekday):
        return _day, _month
    return _day, _week, _month


def _day(day: date) -> Hashable:
    return day


def _week(day: date) -> Hashable:
    return day.isocalendar()[:2]


def _month(day: date) -> Hashable:
    return day.year, day.month


def _ever(day: date) -> Hashable:
    return None
