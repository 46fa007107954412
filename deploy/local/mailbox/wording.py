"""What the page says: Danish first, English beside it."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date

from .calendar import CalendarEntry
from .emails import Headline


@dataclass(frozen=True, slots=True)
class Words:
    """The same in both languages."""

    da: str
    en: str


KINDS = {
    "welcome": Words("Velkomst", "Welcome"),
    "invitation": Words("Indkaldelse", "Invitation"),
    "update": Words("Ændring", "Update"),
    "cancellation": Words("Aflysning", "Cancellation"),
    "reminder": Words("Påmindelse", "Reminder"),
    "offer": Words("Plads tilbudt", "Place offered"),
    "confirmation": Words("Plads bekræftet", "Place confirmed"),
    "host_asked": Words("Vært spurgt", "Host asked"),
    "crisis_notice": Words("Kriserytme", "Crisis cadence"),
    "crisis_summary": Words("Krisen er slut", "Crisis over"),
    "crisis_cancelled": Words("Krise trukket tilbage", "Crisis withdrawn"),
    "unreachable": Words("Mails når ikke frem", "E-mails do not arrive"),
    "silence": Words("Stilhed", "Silence"),
    "flood": Words("For mange beskeder", "Too many messages"),
}
METHODS = {
    "invitation": Words("Beder kalenderen om at sætte mødet ind.", "Asks the calendar to enter the meeting."),
    "update": Words("Retter mødet, som allerede står i kalenderen.", "Changes the entry that the calendar holds."),
    "cancellation": Words("Beder kalenderen om at fjerne mødet.", "Asks the calendar to remove the meeting."),
    "confirmation": Words("Siger til kalenderen, at læseren kommer.", "Tells the calendar that its reader comes."),
}


def kind_in_words(kind: str) -> Words:
    """Name a kind of e-mail."""
    return KINDS.get(kind, Words(kind or "Ukendt", kind or "Unknown"))


def method_in_words(headline: Headline) -> Words:
    """Say what the calendar part asks the reader's calendar to do."""
    return METHODS.get(headline.kind, Words("", ""))


def when_in_words(entry: CalendarEntry) -> Words:
    """Say when a meeting is, as clocks show it in Copenhagen."""
    return Words(
        f"{_day(entry.starts_at, 'da')} kl. {entry.starts_at:%-H.%M}–{entry.ends_at:%-H.%M}",
        f"{_day(entry.starts_at, 'en')} at {entry.starts_at:%-H:%M}–{entry.ends_at:%-H:%M}",
    )


def month(moment: datetime) -> str:
    """Name a month as a calendar leaf does."""
    return format_date(moment, "MMMM", locale="da_DK")


def weekday(moment: datetime) -> str:
    """Name a weekday as a calendar leaf does."""
    return format_date(moment, "EEEE", locale="da_DK")


def _day(moment: datetime, language: str) -> str:
    pattern, locale = ("EEEE d. MMMM y", "da_DK") if language == "da" else ("EEEE d MMMM y", "en_GB")
    return format_date(moment, pattern, locale=locale)
