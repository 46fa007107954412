"""Two independent readers of calendars find in every calendar part the instants that were meant, to the second."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from services.notifications.domain import Kind, Language
from shared.clock import COPENHAGEN
from tests.notifications.samples import CALENDAR_KINDS, LANGUAGES, calendar_of, sample
from tests.support.ical_js import read_with_ical_js

# Around both changes of the clock: the day, the hours beside it, and over the midnight before.
STARTS = (
    datetime(2026, 10, 22, 9, 30, tzinfo=COPENHAGEN),
    datetime(2026, 10, 25, 1, 30, tzinfo=COPENHAGEN),
    datetime(2026, 10, 25, 3, 30, tzinfo=COPENHAGEN),
    datetime(2027, 3, 27, 23, 30, tzinfo=COPENHAGEN),
    datetime(2027, 3, 28, 3, 30, tzinfo=COPENHAGEN),
)


@pytest.mark.parametrize("kind", CALENDAR_KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_icalendar_and_ical_js_agree_on_when_a_meeting_is(kind: Kind, language: Language) -> None:
    spans = [(starts_at, starts_at + timedelta(minutes=90)) for starts_at in STARTS]
    facts = [{"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()} for starts_at, ends_at in spans]
    calendars = [calendar_of(sample(kind, language, facts=each)).decode() for each in facts]

    by_icalendar = [read_with_icalendar(calendar) for calendar in calendars]
    by_ical_js = [(read["method"], read["starts_at"], read["ends_at"]) for read in read_with_ical_js(calendars)]

    method = "CANCEL" if kind == "cancellation" else "REQUEST"
    meant = [(method, starts_at.timestamp(), ends_at.timestamp()) for starts_at, ends_at in spans]
    assert by_icalendar == meant
    assert by_ical_js == meant


def read_with_icalendar(calendar: str) -> tuple[str, float, float]:
    read: Any = Calendar.from_ical(calendar)
    (event,) = read.walk("VEVENT")
    return str(read["METHOD"]), event["DTSTART"].dt.timestamp(), event["DTEND"].dt.timestamp()
