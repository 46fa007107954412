"""The days on which the network does not meet: Danish public holidays, 5 June, 24 and 31 December."""

from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

GREAT_PRAYER_DAY = 26
GREAT_PRAYER_DAY_ABOLISHED = 2024
DAYS_FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
FIXED = ((1, 1), (12, 25), (12, 26))
CLOSED_BY_CUSTOM = ((6, 5), (12, 24), (12, 31))


def is_holiday(day: date) -> bool:
    """Say whether the network does not meet on a day."""
    return day in public_holidays(day.year) or (day.month, day.day) in CLOSED_BY_CUSTOM


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year, by law."""
    offsets = DAYS_FROM_EASTER if year >= GREAT_PRAYER_DAY_ABOLISHED else (*DAYS_FROM_EASTER, GREAT_PRAYER_DAY)
    movable = (easter(year) + timedelta(days=offset) for offset in offsets)
    return frozenset((*movable, *(date(year, month, day) for month, day in FIXED)))
