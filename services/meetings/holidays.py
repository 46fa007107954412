"""The days on which the network does not meet: Danish public holidays, 5 June, 24 and 31 December."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Literal

from dateutil.easter import easter

Holiday = Literal[
    "new_years_day",
    "maundy_thursday",
    "good_friday",
    "easter_sunday",
    "easter_monday",
    "great_prayer_day",
    "ascension_day",
    "pentecost",
    "pentecost_monday",
    "constitution_day",
    "christmas_eve",
    "christmas_day",
    "second_day_of_christmas",
    "new_years_eve",
]

GREAT_PRAYER_DAY_ABOLISHED = 2024
DAYS_FROM_EASTER: Mapping[int, Holiday] = {
    -3: "maundy_thursday",
    -2: "good_friday",
    0: "easter_sunday",
    1: "easter_monday",
    26: "great_prayer_day",
    39: "ascension_day",
    49: "pentecost",
    50: "pentecost_monday",
}
FIXED: Mapping[tuple[int, int], Holiday] = {
    (1, 1): "new_years_day",
    (12, 25): "christmas_day",
    (12, 26): "second_day_of_christmas",
}
CLOSED_BY_CUSTOM: Mapping[tuple[int, int], Holiday] = {
    (6, 5): "constitution_day",
    (12, 24): "christmas_eve",
    (12, 31): "new_years_eve",
}


def holiday_on(day: date) -> Holiday | None:
    """Return the holiday on which the network does not meet, or None on an ordinary day."""
    return public_holidays(day.year).get(day) or CLOSED_BY_CUSTOM.get((day.month, day.day))


@cache
def public_holidays(year: int) -> Mapping[date, Holiday]:
    """Return the public holidays of a year, by law."""
    movable = {
        easter(year) + timedelta(days=offset): holiday
        for offset, holiday in DAYS_FROM_EASTER.items()
        if holiday != "great_prayer_day" or year < GREAT_PRAYER_DAY_ABOLISHED
    }
    return {date(year, month, day): holiday for (month, day), holiday in FIXED.items()} | movable
