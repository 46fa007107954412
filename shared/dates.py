"""Days and times in their reader's language, as clocks show them in Copenhagen."""

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date

from shared.clock import COPENHAGEN
from shared.contracts.membership import Language

LOCALE: Mapping[Language, str] = {"da": "da_DK", "en": "en_GB"}
_DAY: Mapping[Language, str] = {"da": "EEEE d. MMMM y", "en": "EEEE d MMMM y"}
_SHORT_DAY: Mapping[Language, str] = {"da": "EEEE d. MMMM", "en": "EEEE d MMMM"}
_AT: Mapping[Language, str] = {"da": " kl. ", "en": " at "}
_ZONE: Mapping[Language, str] = {"da": "", "en": " (Danish time)"}


def moment_in_words(moment: datetime, language: Language) -> str:
    """Return an aware moment with its day, its year and its time of day."""
    local = moment.astimezone(COPENHAGEN)
    return _format(local, _DAY, language) + _AT[language] + _time(local, language) + _ZONE[language]


def short_moment_in_words(moment: datetime, language: Language) -> str:
    """Return an aware moment with its day and its time of day, where the year is clear."""
    local = moment.astimezone(COPENHAGEN)
    return _format(local, _SHORT_DAY, language) + _AT[language] + _time(local, language)


def day_in_words(day: date, language: Language) -> str:
    """Return a day with its year."""
    return _format(day, _DAY, language)


def span_in_words(starts_at: datetime, ends_at: datetime, language: Language) -> str:
    """Name the day once where both moments lie on it, else both days."""
    starts_at, ends_at = starts_at.astimezone(COPENHAGEN), ends_at.astimezone(COPENHAGEN)
    first, last = _format(starts_at, _DAY, language), _format(ends_at, _DAY, language)
    begins, ends = _time(starts_at, language), _time(ends_at, language)
    if first == last:
        return f"{first}{_AT[language]}{begins}–{ends}{_ZONE[language]}"
    return f"{first}{_AT[language]}{begins} – {last}{_AT[language]}{ends}{_ZONE[language]}"


def _time(moment: datetime, language: Language) -> str:
    return f"{moment.hour}{'.' if language == 'da' else ':'}{moment:%M}"


def _format(day: date, patterns: Mapping[Language, str], language: Language) -> str:
    return format_date(day, patterns[language], locale=LOCALE[language])
