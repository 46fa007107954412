"""Facts in their reader's language: days and times as clocks show them in Copenhagen, labels, one line each."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal

from shared.clock import COPENHAGEN

from .domain import Language

_LABELS: Mapping[Language, Mapping[str, str]] = {
    "da": {"when": "Hvornår", "mode": "Form", "place": "Sted", "host_town": "Værtsby", "link": "Deltag online"},
    "en": {"when": "When", "mode": "How", "place": "Place", "host_town": "Host town", "link": "Join online"},
}
_MODES: Mapping[Language, Mapping[str, str]] = {
    "da": {"online": "Online", "physical": "Fremmøde", "hybrid": "Fremmøde eller online"},
    "en": {"online": "Online", "physical": "In person", "hybrid": "In person or online"},
}
_LOCALE: Mapping[Language, str] = {"da": "da_DK", "en": "en_GB"}
_DAY: Mapping[Language, str] = {"da": "EEEE d. MMMM y", "en": "EEEE d MMMM y"}
_SHORT_DAY: Mapping[Language, str] = {"da": "EEEE d. MMMM", "en": "EEEE d MMMM"}
_AT: Mapping[Language, str] = {"da": " kl. ", "en": " at "}
_ZONE: Mapping[Language, str] = {"da": "", "en": " (Danish time)"}
# Below twice a unit the smaller one says it better: 26 hours, 3 days.
_TWICE = 2
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
    return MeetingInWords(
        title=one_line(facts["title"]),
        day=_format(starts_at, _SHORT_DAY, language) + _AT[language] + _time(starts_at, language),
        weekday=format_date(starts_at, "EEEE", locale=_LOCALE[language]),
        day_of_month=str(starts_at.day),
        month=format_date(starts_at, "MMMM", locale=_LOCALE[language]),
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
    at = moment(written)
    return _format(at, _DAY, language) + _AT[language] + _time(at, language) + _ZONE[language]


def duration(hours: int, language: Language) -> str:
    """Return a number of hours in the unit that says it best, rounded."""
    length = timedelta(hours=hours)
    return format_timedelta(length, granularity="hour", threshold=_TWICE, locale=_LOCALE[language])


def figure(number: int, language: Language) -> str:
    """Return a number with its thousands apart."""
    return format_decimal(number, locale=_LOCALE[language])


def _row(key: str, label: str, now: str, was: str) -> Row:
    href = now if key == "link" and _LINK.fullmatch(now) else None
    return Row(label, now or "–", None if now == was else was or "–", href)


def _values(facts: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {
        "when": _when(moment(facts["starts_at"]), moment(facts["ends_at"]), language),
        "mode": _MODES[language].get(facts["mode"], one_line(facts["mode"])),
        "place": one_line(facts.get("place") or ""),
        "host_town": one_line(facts.get("host_town") or ""),
        "link": one_line(facts.get("link") or ""),
    }


def _when(starts_at: datetime, ends_at: datetime, language: Language) -> str:
    """Name the day once where the meeting ends on it, else both days."""
    first, last = _format(starts_at, _DAY, language), _format(ends_at, _DAY, language)
    begins, ends = _time(starts_at, language), _time(ends_at, language)
    if first == last:
        return f"{first}{_AT[language]}{begins}–{ends}{_ZONE[language]}"
    return f"{first}{_AT[language]}{begins} – {last}{_AT[language]}{ends}{_ZONE[language]}"


def _time(moment: datetime, language: Language) -> str:
    return f"{moment.hour}{'.' if language == 'da' else ':'}{moment:%M}"


def _format(day: date, patterns: Mapping[Language, str], language: Language) -> str:
    return format_date(day, patterns[language], locale=_LOCALE[language])


def _is_layout(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _OVERRIDES
