"""What the pages say, in Danish and English, of states, attempts, moments and calendar parts."""

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_date

from shared import dates
from shared.clock import COPENHAGEN
from shared.contracts.membership import Language

from ..calendar_part import CalendarPart

Words = tuple[str, str]

STATES: Mapping[str, Words] = {
    "queued": ("Venter", "Waiting"),
    "sending": ("Er ved at blive sendt", "Being sent"),
    "sent": ("Sendt", "Sent"),
    "failed": ("Ikke leveret", "Not delivered"),
    "muted": ("Fravalgt af læseren", "Muted by its reader"),
    "suppressed": ("Adressen er spærret", "Address suppressed"),
    "obsolete": ("Blev overflødig", "Became needless"),
}
OUTCOMES: Mapping[str, Words] = {
    "accepted": ("Taget imod", "Accepted"),
    "deferred": ("Udsat", "Deferred"),
    "refused": ("Afvist", "Refused"),
    "lost": ("Afbrudt", "Cut off"),
}
COUNTS: Mapping[str, Words] = {
    "queued": ("Lagt i kø", "Queued"),
    **OUTCOMES,
}
METHODS: Mapping[str, Words] = {
    "REQUEST": (
        "Beder læserens kalender om at sætte mødet ind, eller om at rette det, der allerede står der.",
        "Asks the reader's calendar to enter the meeting, or to change the entry that it holds.",
    ),
    "CANCEL": ("Beder læserens kalender om at fjerne mødet.", "Asks the reader's calendar to remove the meeting."),
}
PARTSTATS: Mapping[str, Words] = {
    "NEEDS-ACTION": ("Beder læseren om et svar", "Asks the reader for an answer"),
    "ACCEPTED": ("Siger, at læseren kommer", "Says that the reader comes"),
    "TENTATIVE": ("Siger, at læseren måske kommer", "Says that the reader may come"),
    "DECLINED": ("Siger, at læseren ikke kommer", "Says that the reader does not come"),
}


def choices(of: Mapping[str, Words], language: Language) -> list[tuple[str, str]]:
    """Return what may be chosen, each value with its words."""
    return [(value, said[0 if language == "da" else 1]) for value, said in of.items()]


def moment_in_words(moment: datetime, language: Language) -> str:
    """Return a moment with its day, its year and its time of day."""
    return dates.moment_in_words(moment, language)


def short_moment_in_words(moment: datetime, language: Language) -> str:
    """Return a moment with its day and its time of day."""
    return dates.short_moment_in_words(moment, language)


def hour_in_words(begins_at: datetime, language: Language) -> str:
    """Return an hour of a day."""
    local = begins_at.astimezone(COPENHAGEN)
    day = format_date(local, "EEE d/M", locale=dates.LOCALE[language])
    return f"{day} {local.hour}{'.' if language == 'da' else ':'}00"


def span_in_words(part: CalendarPart, language: Language) -> str:
    """Return from when to when a calendar part says that its meeting is."""
    return dates.span_in_words(part.starts_at, part.ends_at, language)
