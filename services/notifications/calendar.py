"""The calendar part of an e-mail: one meeting, one attendee, as Outlook, Google and Apple all accept it (RFC 5546)."""

from datetime import datetime

from shared import ical

from .domain import Method, Partstat

PRODUCT = "-//Danske Handelsbyer//Handelsbyer//DA"


def invitation(
    *,
    method: Method,
    uid: str,
    sequence: int,
    dtstamp: datetime,
    last_modified: datetime,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    location: str,
    description: str,
    organizer: tuple[str, str],
    attendee: tuple[str, str],
    partstat: Partstat,
) -> bytes:
    """Return the calendar that asks one person to one meeting or takes it away again; people as (name, address).

    The partstat is what this person has answered so far, so that no calendar asks again without need.
    """
    lines = [
        ical.line("UID", ical.text(uid)),
        ical.utc("DTSTAMP", dtstamp),
        ical.utc("LAST-MODIFIED", last_modified),
        ical.line("SEQUENCE", str(sequence)),
        ical.local("DTSTART", starts_at),
        ical.local("DTEND", ends_at),
        ical.line("SUMMARY", ical.text(title)),
        *([ical.line("LOCATION", ical.text(location))] if location else []),
        ical.line("DESCRIPTION", ical.text(description)),
        ical.line("ORGANIZER", f"mailto:{organizer[1]}", {"CN": organizer[0]}),
        ical.line("ATTENDEE", f"mailto:{attendee[1]}", _attendee(attendee[0], method, partstat)),
        ical.line("STATUS", "CONFIRMED" if method == "REQUEST" else "CANCELLED"),
        ical.line("TRANSP", "OPAQUE" if method == "REQUEST" else "TRANSPARENT"),
        ical.line("X-MICROSOFT-CDO-BUSYSTATUS", "BUSY" if method == "REQUEST" else "FREE"),
    ]
    return ical.calendar(ical.component("VEVENT", lines), product=PRODUCT, method=method)


def _attendee(name: str, method: Method, partstat: Partstat) -> dict[str, str]:
    asked = {"PARTSTAT": partstat, "RSVP": "TRUE"} if method == "REQUEST" else {}
    return {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", **asked, "CN": name}
