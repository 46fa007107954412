"""A calendar feed: the meetings of one reader, or of everybody, as calendar programs fetch them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared import ical
from shared.contracts.membership import Language

from .calendar import Revision
from .domain import Mode

NAME = "Danske Handelsbyer"
PRODUCT = "-//Danske Handelsbyer//Handelsbyer//DA"
# What is past stays for a year, what is cancelled for a month after that was said; both end at midnight.
PAST_KEPT = timedelta(days=365)
CANCELLED_KEPT = timedelta(days=30)
# To be raised when the same meetings are written in another way.
EDITION = 1

_LABELS: Mapping[Language, tuple[str, str, str]] = {
    "da": ("Form", "Værtsby", "Deltag online"),
    "en": ("How", "Host town", "Join online"),
}
_MODES: Mapping[Language, Mapping[Mode, str]] = {
    "da": {"online": "Online", "physical": "Fremmøde", "hybrid": "Fremmøde eller online"},
    "en": {"online": "Online", "physical": "In person", "hybrid": "In person or online"},
}
_PLACE_FOLLOWS: Mapping[Language, str] = {"da": "Stedet følger", "en": "Place to follow"}
_ABOUT_THE_CALENDAR = (
    ical.line("NAME", ical.text(NAME)),
    ical.line("X-WR-CALNAME", ical.text(NAME)),
    ical.line("X-WR-TIMEZONE", "Europe/Copenhagen"),
    ical.line("REFRESH-INTERVAL", "PT1H", {"VALUE": "DURATION"}),
    ical.line("X-PUBLISHED-TTL", "PT1H"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting in a feed, with the revision that this feed's reader was told."""

    uid: str
    title: str
    mode: Mode
    starts_at: datetime
    ends_at: datetime
    place: str | None
    host_town: str | None
    link: str | None
    cancelled: bool
    revision: Revision


@dataclass(frozen=True, slots=True)
class FeedState:
    """What tells, without building it, whether a feed has changed.

    `generation` is how many times its address was replaced. `content` is another after each change of what is in the
    feed; on another day, something may be past.
    """

    generation: int
    language: Language
    day: date
    content: str

    @property
    def etag(self) -> str:
        """The entity tag, a weak one: the octets also depend on how they are compressed."""
        return f'W/"{EDITION}-{self.language}-{self.day:%Y%m%d}-{self.content}"'


def feed(entries: Iterable[Entry], language: Language) -> bytes:
    """Return the whole feed; an entry says the same as the e-mails, without the attendee, of whom a feed has none."""
    lines = [line for entry in entries for line in ical.component("VEVENT", _lines(entry, language))]
    return ical.calendar(lines, product=PRODUCT, properties=_ABOUT_THE_CALENDAR)


def _lines(entry: Entry, language: Language) -> list[str]:
    location = entry.place or entry.host_town or (entry.link if entry.mode == "online" else _PLACE_FOLLOWS[language])
    return [
        ical.line("UID", ical.text(entry.uid)),
        ical.utc("DTSTAMP", entry.revision.dtstamp),
        ical.utc("LAST-MODIFIED", entry.revision.last_modified),
        ical.line("SEQUENCE", str(entry.revision.sequence)),
        ical.local("DTSTART", entry.starts_at),
        ical.local("DTEND", entry.ends_at),
        ical.line("SUMMARY", ical.text(entry.title)),
        *([ical.line("LOCATION", ical.text(location))] if location else []),
        ical.line("DESCRIPTION", ical.text(_description(entry, language))),
        ical.line("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED"),
        ical.line("TRANSP", "TRANSPARENT" if entry.cancelled else "OPAQUE"),
        ical.line("X-MICROSOFT-CDO-BUSYSTATUS", "FREE" if entry.cancelled else "BUSY"),
    ]


def _description(entry: Entry, language: Language) -> str:
    values = (_MODES[language][entry.mode], entry.host_town, entry.link)
    return "\n".join(f"{label}: {value}" for label, value in zip(_LABELS[language], values, strict=True) if value)
