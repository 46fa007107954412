"""On which days a series meets: the kinds of rule."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SATURDAY = WEEKDAYS.index("saturday")
LAST = -1


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The nth (1 to 5, or LAST) of a weekday in the given months; a month without a fifth has none."""

    kind: ClassVar[Literal["nth_weekday"]] = "nth_weekday"

    weekday: Weekday
    nth: int
    months: tuple[int, ...]

    def days(self, first: date, last: date) -> Iterator[date]:
        """List the days by the rule, from `first` up to and with `last`."""
        month = first.replace(day=1)
        while month <= last:
            day = self._day_in(month)
            if day and first <= day <= last:
                yield day
            month = (month + timedelta(days=31)).replace(day=1)

    def _day_in(self, month: date) -> date | None:
        if month.month not in self.months:
            return None
        begins_on, length = monthrange(month.year, month.month)
        days = range(1 + (WEEKDAYS.index(self.weekday) - begins_on) % 7, length + 1, 7)
        if self.nth == LAST:
            return month.replace(day=days[-1])
        return month.replace(day=days[self.nth - 1]) if self.nth <= len(days) else None


@dataclass(frozen=True, slots=True)
class EveryWeeks:
    """A weekday of every so many weeks, counted from the first one on the day `since` or after it."""

    kind: ClassVar[Literal["every_weeks"]] = "every_weeks"

    weekday: Weekday
    weeks: int
    since: date

    def days(self, first: date, last: date) -> Iterator[date]:
        """List the days by the rule, from `first` up to and with `last`."""
        step = 7 * self.weeks
        begin = self.since + timedelta(days=(WEEKDAYS.index(self.weekday) - self.since.weekday()) % 7)
        day = max(begin, first + timedelta(days=(begin - first).days % step))
        while day <= last:
            yield day
            day += timedelta(days=step)


@dataclass(frozen=True, slots=True)
class EveryWeekday:
    """Monday to Friday."""

    kind: ClassVar[Literal["every_weekday"]] = "every_weekday"

    def days(self, first: date, last: date) -> Iterator[date]:
        """List the days by the rule, from `first` up to and with `last`."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day.weekday() < SATURDAY:
                yield day


@dataclass(frozen=True, slots=True)
class Single:
    """One day."""

    kind: ClassVar[Literal["single"]] = "single"

    day: date

    def days(self, first: date, last: date) -> Iterator[date]:
        """List the day, where it lies from `first` up to and with `last`."""
        if first <= self.day <= last:
            yield self.day


Rule = NthWeekday | EveryWeeks | EveryWeekday | Single
