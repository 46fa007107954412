"""What we write as iCalendar is read back as it was meant, whatever it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from shared import ical
from shared.clock import COPENHAGEN


def read(lines: list[str]) -> Any:
    return Calendar.from_ical(ical.calendar(ical.component("VEVENT", lines), product="-//Test//EN"))


def only_event(found: Any) -> Any:
    (event,) = found.walk("VEVENT")
    return event


@pytest.mark.parametrize("year", range(2026, 2032))
def test_the_time_zone_agrees_with_the_official_one(year: int) -> None:
    zone = next(iter(read([ical.line("UID", "a")]).walk("VTIMEZONE"))).to_tz()
    first = datetime(year, 1, 1, tzinfo=UTC)

    hours = [first + timedelta(hours=hour) for hour in range(366 * 24)]

    assert all(hour.astimezone(zone).utcoffset() == hour.astimezone(COPENHAGEN).utcoffset() for hour in hours)


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 10, 22, 7, 30, tzinfo=UTC), datetime(2026, 11, 19, 8, 30, tzinfo=UTC)],
    ids=["summer", "winter"],
)
def test_a_local_time_is_read_as_the_same_instant(moment: datetime) -> None:
    event = only_event(read([ical.local("DTSTART", moment)]))

    assert event["DTSTART"].dt == moment
    assert event["DTSTART"].dt.hour == 9


@given(st.text())
def test_free_text_is_read_back_and_adds_no_line(words: str) -> None:
    event = only_event(read([ical.line("SUMMARY", ical.text(words)), ical.line("UID", "a")]))

    assert set(event) == {"SUMMARY", "UID"}
    assert comparable(str(event["SUMMARY"])) == comparable(words)


@given(st.text())
def test_a_parameter_never_ends_its_line_or_its_quotes(name: str) -> None:
    event = only_event(read([ical.line("ATTENDEE", "mailto:anna@koege.example", {"CN": name})]))

    assert event["ATTENDEE"] == "mailto:anna@koege.example"
    assert set(event["ATTENDEE"].params) == {"CN"}


@given(st.text(min_size=60))
def test_no_line_is_longer_than_75_octets_and_none_cuts_a_character(words: str) -> None:
    lines = ical.calendar([ical.line("SUMMARY", ical.text(words))], product="-//Test//EN").split(b"\r\n")

    assert max(map(len, lines)) <= ical.LINE_OCTETS
    assert all(line.decode() is not None for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_words_cannot_smuggle_in_an_alarm() -> None:
    attack = 'Budget\r\nBEGIN:VALARM\u2028ACTION:EMAIL\x85END:VALARM";X=1:'

    found = read([ical.line("SUMMARY", attack), ical.line("ORGANIZER", "mailto:a@b.example", {"CN": attack})])

    assert [part.name for part in found.walk()][-1] == "VEVENT"
    assert set(only_event(found)) == {"SUMMARY", "ORGANIZER"}


def test_line_breaks_survive_in_free_text() -> None:
    event = only_event(read([ical.line("DESCRIPTION", ical.text("Dagsorden:\r\n1; referat, kort\n2\\ evt."))]))

    assert event["DESCRIPTION"] == "Dagsorden:\n1; referat, kort\n2\\ evt."


def comparable(words: str) -> str:
    """What must survive: the visible characters, since invisible ones become blanks or line breaks."""
    return "".join(word for word in words if not word.isspace() and ord(word) not in {*range(32), *range(127, 160)})
