"""The rule of a series in words, Danish and English."""

from collections.abc import Mapping

from babel.dates import get_day_names, get_month_names

from shared import dates
from shared.contracts.membership import Language

from ..recurrence import LAST, WEEKDAYS, EveryWeeks, NthWeekday, Rule, Single, Weekday
from ..rule_bodies import EVERY_MONTH
from .wording import Words, day_in_words

KINDS: Mapping[str, Words] = {
    "nth_weekday": ("En bestemt ugedag i måneden", "A certain weekday of the month"),
    "every_weeks": ("Hver uge, eller med flere uger imellem", "Every week, or with more weeks between"),
    "every_weekday": ("Hver hverdag", "Every weekday"),
    "single": ("Ét møde", "One meeting"),
}
NTH: Mapping[int, Words] = {
    1: ("første", "first"),
    2: ("anden", "second"),
    3: ("tredje", "third"),
    4: ("fjerde", "fourth"),
    5: ("femte", "fifth"),
    LAST: ("sidste", "last"),
}


def rule_in_words(rule: Rule, language: Language) -> str:
    """Say when a series meets, without its time of day."""
    danish = language == "da"
    match rule:
        case NthWeekday(weekday, nth, months):
            which = NTH[nth][0 if danish else 1]
            name = weekday_in_words(weekday, language)
            where = _months_in_words(months, language)
            return f"{which} {name} i {where}" if danish else f"{which} {name} of {where}"
        case EveryWeeks(weekday, 1):
            name = weekday_in_words(weekday, language)
            return f"hver {name}" if danish else f"every {name}"
        case EveryWeeks(weekday, weeks):
            name = weekday_in_words(weekday, language)
            return f"{name} hver {weeks}. uge" if danish else f"{name} every {weeks} weeks"
        case Single(day):
            return day_in_words(day, language)
    return "mandag til fredag" if danish else "Monday to Friday"


def weekday_in_words(weekday: Weekday, language: Language) -> str:
    """Return the name of a weekday."""
    return str(get_day_names("wide", locale=dates.LOCALE[language])[WEEKDAYS.index(weekday)])


def month_name(month: int, language: Language) -> str:
    """Return the name of a month from 1 to 12."""
    return str(get_month_names("wide", locale=dates.LOCALE[language])[month])


def _months_in_words(months: tuple[int, ...], language: Language) -> str:
    if list(months) == EVERY_MONTH:
        return "måneden" if language == "da" else "the month"
    names = [month_name(month, language) for month in months]
    last = " og " if language == "da" else " and "
    return last.join(filter(None, [", ".join(names[:-1]), names[-1]]))


def weekday_choices(language: Language) -> list[tuple[str, str]]:
    """Return the weekdays with their names."""
    return [(weekday, weekday_in_words(weekday, language)) for weekday in WEEKDAYS]


def month_choices(language: Language) -> list[tuple[str, str]]:
    """Return the months with their names."""
    return [(str(month), month_name(month, language)) for month in EVERY_MONTH]


def nth_choices(language: Language) -> list[tuple[str, str]]:
    """Return which of a month's weekdays a series may meet on."""
    return [(str(nth), said[0 if language == "da" else 1]) for nth, said in NTH.items()]
