"""Reads the calendar part of an e-mail with an independent parser."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from icalendar import Calendar, Component, vCalAddress

from shared.clock import COPENHAGEN


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar program learns from an e-mail; times are Copenhagen's."""

    method: str
    uid: str
    sequence: int
    summary: str
    location: str
    starts_at: datetime
    ends_at: datetime
    organizer: str
    attendee: str
    source: str


def read_calendar(octets: bytes) -> CalendarEntry:
    """Read a calendar of one event."""
    calendar = Calendar.from_ical(octets)
    (event,) = calendar.walk("VEVENT")
    return CalendarEntry(
        method=str(calendar["METHOD"]),
        uid=str(event["UID"]),
        sequence=int(str(event["SEQUENCE"])),
        summary=str(event["SUMMARY"]),
        location=str(event.get("LOCATION", "")),
        starts_at=event.decoded("DTSTART").astimezone(COPENHAGEN),
        ends_at=event.decoded("DTEND").astimezone(COPENHAGEN),
        organizer=_person(event, "ORGANIZER"),
        attendee=_person(event, "ATTENDEE"),
        source=octets.decode(),
    )


def _person(event: Component, name: str) -> str:
    address = cast(vCalAddress, event[name])
    return f"{address.params.get('CN', '')} <{address.removeprefix('mailto:')}>".strip()
