"""On which days a series meets: its rule, and what a holiday does to it."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from .holidays import is_holiday

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
OnHoliday = Literal["move", "skip"]

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LAST = -1


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The nth (1 to 5, or LAST) of a weekday in the given months; a month without a fifth has none."""

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


def day_held(day: date, on_holiday: OnHoliday) -> date | None:
    """Return the day on which the meeting of a day by the rule is held, or None where it is skipped."""
    while is_holiday(day):
        if on_holiday == "skip":
            return None
        day += timedelta(weeks=1)
    return day
