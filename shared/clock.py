"""The time, as an argument: whoever needs it is handed a clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """Return the day that it is in Copenhagen at an aware moment."""
    return moment.astimezone(COPENHAGEN).date()


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in Copenhagen, in UTC."""
    return datetime.combine(day, time.min, COPENHAGEN).astimezone(UTC)
