"""What the calendar part of an e-mail tells its reader's calendar, read back from its octets."""

from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """One meeting as a calendar gets it; `partstat` is what it says of the reader's answer, where it asks for one."""

    method: str
    uid: str
    sequence: int
    summary: str
    location: str
    starts_at: datetime
    ends_at: datetime
    organizer: str
    attendee: str
    partstat: str | None


def read_calendar(source: str) -> CalendarPart:
    """Read a calendar part of ours."""
    calendar = Calendar.from_ical(source)
    [event] = calendar.walk("VEVENT")
    return CalendarPart(
        method=str(calendar["METHOD"]),
        uid=str(event["UID"]),
        sequence=int(str(event["SEQUENCE"])),
        summary=str(event["SUMMARY"]),
        location=str(event.get("LOCATION", "")),
        starts_at=event.decoded("DTSTART"),
        ends_at=event.decoded("DTEND"),
        organizer=str(event["ORGANIZER"]).removeprefix("mailto:"),
        attendee=str(event["ATTENDEE"]).removeprefix("mailto:"),
        partstat=event["ATTENDEE"].params.get("PARTSTAT"),
    )
