"""The calendar part of an e-mail: one meeting, one attendee, as Outlook, Google and Apple all accept it (RFC 5546)."""

from datetime import datetime
from functools import lru_cache

from shared import ical

from .domain import Method, Partstat, instant

PRODUCT = "-//Danske Handelsbyer//Handelsbyer//DA"
END = ical.octets(["END:VEVENT", "END:VCALENDAR"])


def shared(
    *,
    method: Method,
    uid: str,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    location: str,
    description: str,
    organizer: tuple[str, str],
) -> bytes:
    """Return the calendar that asks to a meeting or takes it away, up to what is each reader's alone.

    The organizer is given as (name, address).
    """
    lines = [
        ical.line("UID", ical.text(uid)),
        ical.local("DTSTART", starts_at),
        ical.local("DTEND", ends_at),
        ical.line("SUMMARY", ical.text(title)),
        *([ical.line("LOCATION", ical.text(location))] if location else []),
        ical.line("DESCRIPTION", ical.text(description)),
        ical.line("ORGANIZER", f"mailto:{organizer[1]}", {"CN": organizer[0]}),
        ical.line("STATUS", "CONFIRMED" if method == "REQUEST" else "CANCELLED"),
        ical.line("TRANSP", "OPAQUE" if method == "REQUEST" else "TRANSPARENT"),
        ical.line("X-MICROSOFT-CDO-BUSYSTATUS", "BUSY" if method == "REQUEST" else "FREE"),
    ]
    return ical.calendar(ical.component("VEVENT", lines), product=PRODUCT, method=method).removesuffix(END)


def personal(
    *,
    method: Method,
    sequence: int,
    dtstamp: str,
    last_modified: str,
    attendee: tuple[str, str],
    partstat: Partstat,
) -> bytes:
    """Return the rest of the calendar for one reader: stored moments, and the attendee as (name, address).

    The partstat is what this person has answered so far, so that no calendar asks again without need.
    """
    name, address = attendee
    line = ical.line(_attendee(method, partstat), f"mailto:{address}", {"CN": name})
    return _revision(sequence, dtstamp, last_modified) + ical.octets([line]) + END


@lru_cache  # most readers of a meeting are told of it at the same revision
def _revision(sequence: int, dtstamp: str, last_modified: str) -> bytes:
    return ical.octets(
        [
            ical.utc("DTSTAMP", instant(dtstamp)),
            ical.utc("LAST-MODIFIED", instant(last_modified)),
            ical.line("SEQUENCE", str(sequence)),
        ]
    )


def _attendee(method: Method, partstat: Partstat) -> str:
    asked = f";PARTSTAT={partstat};RSVP=TRUE" if method == "REQUEST" else ""
    return f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{asked}"
