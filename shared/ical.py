"""iCalendar (RFC 5545) as bytes: content lines that nothing can break out of, folding, and our one time zone."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from shared.clock import COPENHAGEN

LINE_OCTETS = 75

# The rules as RRULE: the RDATE form that libraries write is an hour wrong in Outlook and in ical.js.
TIME_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Copenhagen",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19701025T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
)

_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_PLAIN_PARAMETER = re.compile(r"[A-Za-z0-9/-]+")
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar(lines: Iterable[str], *, product: str, method: str | None = None, properties: Iterable[str] = ()) -> bytes:
    """Return a whole calendar around the lines of its components, with the time zone that `local` refers to.

    `properties` are further lines about the calendar itself.
    """
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", line("PRODID", text(product)), "CALSCALE:GREGORIAN"]
    methods = [line("METHOD", method)] if method else []
    return octets([*head, *methods, *properties, *TIME_ZONE, *lines, "END:VCALENDAR"])


def octets(lines: Iterable[str]) -> bytes:
    """Return content lines folded, as they stand in a calendar."""
    return b"".join(map(_folded, lines))


def component(name: str, lines: Iterable[str]) -> list[str]:
    """Return the lines of a component such as VEVENT."""
    return [f"BEGIN:{name}", *lines, f"END:{name}"]


def line(name: str, value: str, parameters: Mapping[str, str] | None = None) -> str:
    """Return one content line, not yet folded; a value that is free text must have gone through `text`."""
    written = "".join(f";{key}={_parameter(setting)}" for key, setting in (parameters or {}).items())
    return f"{name}{written}:{_visible(value)}"


def local(name: str, moment: datetime) -> str:
    """Return a line with an aware moment as the time that clocks show in Copenhagen."""
    return line(name, f"{moment.astimezone(COPENHAGEN):%Y%m%dT%H%M%S}", {"TZID": COPENHAGEN.key})


def utc(name: str, moment: datetime) -> str:
    """Return a line with an aware moment in UTC."""
    return line(name, f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def text(value: str) -> str:
    """Escape free text; its line breaks stay line breaks, other control characters go."""
    return _visible(_BREAKS.sub("\n", value), keep="\n").translate(_ESCAPED)


def _parameter(value: str) -> str:
    """Quote where needed. A double quote cannot be escaped in a parameter, so it becomes a single one."""
    value = _visible(value).replace('"', "'")
    return value if _PLAIN_PARAMETER.fullmatch(value) else f'"{value}"'


def _visible(value: str, keep: str = "") -> str:
    if value.isprintable():  # most are, and this is fast
        return value
    return "".join(" " if _is_control(character) and character not in keep else character for character in value)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _folded(content: str) -> bytes:
    """Break a line after at most 75 octets, never inside a character."""
    octets = content.encode()
    pieces, room = [], LINE_OCTETS
    while len(octets) > room:
        cut = room
        while octets[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(octets[:cut])
        octets, room = octets[cut:], LINE_OCTETS - 1
    return b"\r\n ".join([*pieces, octets]) + b"\r\n"
