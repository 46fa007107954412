"""What the pages say of the quarantine, Danish first (pure)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.clock import COPENHAGEN
from shared.contracts.membership import Language

from .quarantine import Happened


class Words(NamedTuple):
    """The same in both languages."""

    da: str
    en: str

    def of(self, language: Language) -> str:
        return self.en if language == "en" else self.da


STATES = {
    "open": Words("Åbne", "Open"),
    "held": Words("Holdt tilbage", "Held"),
    "waiting": Words("Venter på noget andet", "Waiting for something else"),
    "paused": Words("Venter, til systemet er i gang igen", "Waiting until its system goes on"),
    "replayed": Words("Taget ind", "Taken in"),
    "cleared": Words("Rettet af systemet", "Repaired by its system"),
    "dismissed": Words("Henlagt", "Dismissed"),
}
TYPES = {
    "upstream.organisation_joined.v1": Words("Organisation kommet med", "Organisation joined"),
    "upstream.organisation_updated.v1": Words("Organisation ændret", "Organisation updated"),
    "upstream.organisation_left.v1": Words("Organisation gået ud", "Organisation left"),
    "upstream.contact_appointed.v1": Words("Kontaktperson udpeget", "Contact appointed"),
    "upstream.contact_updated.v1": Words("Kontaktperson ændret", "Contact updated"),
    "upstream.contact_departed.v1": Words("Kontaktperson fratrådt", "Contact departed"),
    "upstream.snapshot_started.v1": Words("Samlet liste begynder", "Complete list begins"),
    "upstream.snapshot_ended.v1": Words("Samlet liste slut", "Complete list ends"),
}
UNKNOWN_TYPE = Words("Besked af ukendt slags", "Message of an unknown kind")
HAPPENED = {
    "kept": Words("Kom, og kunne ikke tages ind", "Came, and could not be taken in"),
    "came_again": Words("Kom igen", "Came again"),
    "given_up": Words(
        "Ventede forgæves i ti minutter; systemet har fået svar", "Waited ten minutes in vain; its system was answered"
    ),
    "edited": Words("Rettet her", "Edited here"),
    "replayed": Words("Taget ind", "Taken in"),
    "replay_failed": Words("Prøvet igen, uden held", "Tried again, in vain"),
    "cleared": Words("Systemet sendte den selv igen, rettet", "Its system sent it again, repaired"),
    "dismissed": Words("Henlagt", "Dismissed"),
}
OUTCOMES = {
    "accepted": Words("Taget ind", "Taken in"),
    "superseded": Words(
        "Overhalet: vi vidste allerede noget nyere, så intet blev ændret",
        "Superseded: something newer was known already, so nothing was changed",
    ),
    "dismissed": Words("Henlagt", "Dismissed"),
}
COUNTED = {
    "accepted": Words("taget ind", "taken in"),
    "superseded": Words("overhalet af noget nyere", "superseded by something newer"),
    "dismissed": Words("henlagt", "dismissed"),
}
ATTRIBUTES = {
    "type": Words("Slags", "Kind"),
    "source": Words("Kilde", "Source"),
    "id": Words("Id", "Id"),
    "time": Words("Tidspunkt", "Time"),
    "snapshot": Words("Samlet liste", "Complete list"),
}
AGES = {
    "1h": (timedelta(hours=1), Words("Over en time", "More than an hour")),
    "1d": (timedelta(days=1), Words("Over et døgn", "More than a day")),
    "7d": (timedelta(days=7), Words("Over en uge", "More than a week")),
    "30d": (timedelta(days=30), Words("Over en måned", "More than a month")),
}
MONTHS = (
    Words("januar", "January"),
    Words("februar", "February"),
    Words("marts", "March"),
    Words("april", "April"),
    Words("maj", "May"),
    Words("juni", "June"),
    Words("juli", "July"),
    Words("august", "August"),
    Words("september", "September"),
    Words("oktober", "October"),
    Words("november", "November"),
    Words("december", "December"),
)
UNITS = (
    (timedelta(days=1), Words("døgn", "day"), Words("døgn", "days")),
    (timedelta(hours=1), Words("time", "hour"), Words("timer", "hours")),
    (timedelta(minutes=1), Words("minut", "minute"), Words("minutter", "minutes")),
)


def type_in_words(message_type: str | None) -> Words:
    """Say what a message reports."""
    return TYPES.get(message_type or "", UNKNOWN_TYPE)


def moment_in_words(moment: datetime, language: Language) -> str:
    """Say when something happened, by the clock in Copenhagen."""
    local = moment.astimezone(COPENHAGEN)
    month = MONTHS[local.month - 1].of(language)
    if language == "en":
        return f"{local.day} {month} {local.year} at {local:%H:%M}"
    return f"{local.day}. {month} {local.year} kl. {local:%H.%M}"


def age_in_words(age: timedelta, language: Language) -> str:
    """Say how long ago something happened, in the largest unit that fits."""
    for unit, one, more in UNITS:
        if age >= unit:
            count = age // unit
            return f"{count} {(one if count == 1 else more).of(language)}"
    return Words("lige nu", "just now").of(language)


def counted(happened: Sequence[Happened], language: Language) -> str:
    """Say how many messages came to which end."""
    counts = Counter(one.note if one.what == "replayed" else one.what for one in happened)
    said = (f"{count} {COUNTED[str(end)].of(language)}" for end, count in counts.items())
    return ", ".join(said) + "."
