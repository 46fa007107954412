"""Facts in their reader's language: days and times as clocks show them in Copenhagen, labels, one line each."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal
from markupsafe import Markup

from shared import dates
from shared.clock import COPENHAGEN
from shared.dates import LOCALE

from .domain import Language

_LABELS: Mapping[Language, Mapping[str, str]] = {
    "da": {
        "title": "Titel",
        "when": "Hvornår",
        "mode": "Form",
        "place": "Sted",
        "host_town": "Værtsby",
        "link": "Deltag online",
    },
    "en": {
        "title": "Title",
        "when": "When",
        "mode": "How",
        "place": "Place",
        "host_town": "Host town",
        "link": "Join online",
    },
}
_MODES: Mapping[Language, Mapping[str, str]] = {
    "da": {"online": "Online", "physical": "Fremmøde", "hybrid": "Fremmøde eller online"},
    "en": {"online": "Online", "physical": "In person", "hybrid": "In person or online"},
}
_PLACE_FOLLOWS: Mapping[Language, str] = {"da": "Stedet følger", "en": "Place to follow"}
# Below twice a unit the smaller one says it better: 26 hours, 3 days.
_TWICE = 2
_TIMES = re.compile(r"((?:kl\. |at )?\d+[.:]\d\d–\d+[.:]\d\d)")
_UNBROKEN = Markup('<span style="white-space:nowrap">{}</span>')
_LINK = re.compile(r"https?://[^\s<>\"]+")
_OVERRIDES = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))


@dataclass(frozen=True, slots=True)
class Row:
    """One fact with its label; `before` is what it was where that differs, and `href` where a click leads."""

    label: str
    now: str
    before: str | None
    href: str | None


@dataclass(frozen=True, slots=True)
class MeetingInWords:
    """What a reader is told of a meeting."""

    title: str
    day: str
    weekday: str
    day_of_month: str
    month: str
    location: str
    rows: tuple[Row, ...]


def meeting_in_words(facts: Mapping[str, Any], before: Mapping[str, Any], language: Language) -> MeetingInWords:
    """Return a meeting's facts in a language, beside what its reader was told before (the same, if nothing else)."""
    starts_at = moment(facts["starts_at"])
    now, was = _values(facts, language), _values(before, language)
    if facts["mode"] != "online" and not (now["place"] or now["host_town"]):
        now["place"], was["place"] = _PLACE_FOLLOWS[language], was["place"] or _PLACE_FOLLOWS[language]
    if now["title"] == was["title"]:
        now["title"] = was["title"] = ""  # it stands above
    return MeetingInWords(
        title=one_line(facts["title"]),
        day=dates.short_moment_in_words(starts_at, language),
        weekday=format_date(starts_at, "EEEE", locale=LOCALE[language]),
        day_of_month=str(starts_at.day),
        month=format_date(starts_at, "MMMM", locale=LOCALE[language]),
        location=now["place"] or now["host_town"] or now["link"],
        rows=tuple(
            _row(key, label, now[key], was[key]) for key, label in _LABELS[language].items() if now[key] or was[key]
        ),
    )


def one_line(value: str) -> str:
    """Return text as one line of visible characters: what is stored as a name must not become layout or a header."""
    if not value.isprintable():
        value = "".join(" " if _is_layout(character) else character for character in value)
    return " ".join(value.split())


def moment(written: str) -> datetime:
    """Read a stored moment, as clocks show it in Copenhagen."""
    return datetime.fromisoformat(written).astimezone(COPENHAGEN)


def moment_in_words(written: str, language: Language) -> str:
    """Return a stored moment with its day and its time of day."""
    return dates.moment_in_words(moment(written), language)


def day_in_words(written: str, language: Language) -> str:
    """Return a stored day with its year."""
    return dates.day_in_words(date.fromisoformat(written), language)


def span_in_words(span: Mapping[str, str], language: Language) -> str:
    """Return when something begins and ends."""
    return dates.span_in_words(moment(span["starts_at"]), moment(span["ends_at"]), language)


def unbroken_times(words: str) -> Markup:
    """Return words as HTML in which no line ends between the beginning of something and its end."""
    split = _TIMES.split(words)
    return Markup().join(_UNBROKEN.format(part) if place % 2 else part for place, part in enumerate(split))


def web_address(value: str) -> str | None:
    """Return where a click leads, or None where the value is no address."""
    return value if _LINK.fullmatch(value) else None


def duration(hours: int, language: Language) -> str:
    """Return a number of hours in the unit that says it best, rounded."""
    length = timedelta(hours=hours)
    return format_timedelta(length, granularity="hour", threshold=_TWICE, locale=LOCALE[language])


def figure(number: int, language: Language) -> str:
    """Return a number with its thousands apart."""
    return format_decimal(number, locale=LOCALE[language])


def _row(key: str, label: str, now: str, was: str) -> Row:
    href = web_address(now) if key == "link" else None
    return Row(label, now or "–", None if now == was else was or "–", href)


def _values(facts: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {
        "title": one_line(facts["title"]),
        "when": dates.span_in_words(moment(facts["starts_at"]), moment(facts["ends_at"]), language),
        "mode": _MODES[language].get(facts["mode"], one_line(facts["mode"])),
        "place": one_line(facts.get("place") or ""),
        "host_town": one_line(facts.get("host_town") or ""),
        "link": one_line(facts.get("link") or ""),
    }


def _is_layout(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _OVERRIDES
