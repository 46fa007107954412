"""What the pages say, in Danish and English, of modes, states, days and refusals."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from babel.dates import format_date

from shared import dates
from shared.clock import COPENHAGEN
from shared.contracts.membership import Language

from ..answers import Attendance, Choice
from ..crisis import Crisis
from ..domain import Mode
from ..held_days import OnHoliday
from ..holidays import Holiday
from ..who_comes import Asked, State

Words = tuple[str, str]

MODES: Mapping[Mode, Words] = {
    "online": ("Online", "Online"),
    "physical": ("Fysisk", "In person"),
    "hybrid": ("Fysisk og online", "In person and online"),
}
NORMAL_MEETINGS: Mapping[str, Words] = {
    "pause": ("De holder pause", "They pause"),
    "stay": ("De holdes alligevel", "They are held anyway"),
}
CRISIS_STATES: Mapping[str, Words] = {
    "running": ("i gang", "running"),
    "ended": ("afsluttet", "ended"),
    "over": ("slut", "over"),
    "undone": ("fortrudt", "undone"),
}
ON_HOLIDAY: Mapping[OnHoliday, Words] = {
    "move": ("Flyt mødet en uge", "Move the meeting a week"),
    "skip": ("Spring mødet over", "Skip the meeting"),
    "ignore": ("Hold mødet alligevel", "Hold the meeting all the same"),
}
STATES: Mapping[State, Words] = {
    "accepted": ("kommer", "coming"),
    "waiting": ("på venteliste", "waiting"),
    "tentative": ("måske", "perhaps"),
    "unanswered": ("har ikke svaret", "not answered"),
    "declined": ("kommer ikke", "not coming"),
}
CHOICES: Mapping[Choice, Words] = {
    "accepted": ("Ja", "Yes"),
    "tentative": ("Måske", "Perhaps"),
    "declined": ("Nej", "No"),
}
ATTENDANCES: Mapping[Attendance, Words] = {"in_person": ("møder op", "in person"), "online": ("online", "online")}
# As a form has them: see series_forms.written.
REMINDERS: Mapping[str, Words] = {
    "14 days": ("14 dage før", "14 days before"),
    "7 days": ("7 dage før", "7 days before"),
    "1 days": ("1 dag før", "1 day before"),
    "60 minutes": ("1 time før", "1 hour before"),
    "15 minutes": ("et kvarter før", "15 minutes before"),
}
HOLIDAYS: Mapping[Holiday, Words] = {
    "new_years_day": ("nytårsdag", "New Year's Day"),
    "maundy_thursday": ("skærtorsdag", "Maundy Thursday"),
    "good_friday": ("langfredag", "Good Friday"),
    "easter_sunday": ("påskedag", "Easter Sunday"),
    "easter_monday": ("2. påskedag", "Easter Monday"),
    "great_prayer_day": ("store bededag", "Great Prayer Day"),
    "ascension_day": ("Kristi himmelfartsdag", "Ascension Day"),
    "pentecost": ("pinsedag", "Whit Sunday"),
    "pentecost_monday": ("2. pinsedag", "Whit Monday"),
    "constitution_day": ("grundlovsdag", "Constitution Day"),
    "christmas_eve": ("juleaften", "Christmas Eve"),
    "christmas_day": ("juledag", "Christmas Day"),
    "second_day_of_christmas": ("2. juledag", "Boxing Day"),
    "new_years_eve": ("nytårsaften", "New Year's Eve"),
}
CAME: Mapping[str, Words] = {
    "in_person": ("mødte op", "came in person"),
    "online": ("var med online", "joined online"),
    "": ("kom ikke", "did not come"),
}


def month_in_words(day: date, language: Language) -> str:
    """Return a month and its year."""
    return format_date(day, "MMMM y", locale=dates.LOCALE[language])


def weekday_in_short(day: date, language: Language) -> str:
    """Return the first letters of a day's name."""
    return format_date(day, "EEE", locale=dates.LOCALE[language]).rstrip(".")


def day_in_words(day: date, language: Language) -> str:
    """Return a day with its name, and its year."""
    return format_date(day, "EEEE d. MMMM y" if language == "da" else "EEEE d MMMM y", locale=dates.LOCALE[language])


def span_in_words(starts_at: datetime, ends_at: datetime, language: Language) -> str:
    """Return from when to when a meeting is."""
    return dates.span_in_words(starts_at, ends_at, language)


def moment_in_words(moment: datetime, language: Language) -> str:
    """Return a moment with its day, its year and its time of day."""
    return dates.moment_in_words(moment, language)


def local(moment: datetime) -> datetime:
    """Return a moment as clocks show it in Copenhagen."""
    return moment.astimezone(COPENHAGEN)


def clock(moment: datetime, language: Language) -> str:
    """Return the time of day."""
    return time_in_words(local(moment).time(), language)


def time_in_words(at: time, language: Language) -> str:
    """Return a time of day that is one of the clocks' already."""
    return f"{at.hour}{'.' if language == 'da' else ':'}{at:%M}"


def crisis_in_words(crisis: Crisis, today: date) -> Words:
    """Say how far a crisis has come."""
    yet_to_begin = crisis.state == "running" and crisis.first_day > today
    return ("planlagt", "planned") if yet_to_begin else CRISIS_STATES[crisis.state]


def choices(of: Mapping[str, Words], language: Language) -> list[tuple[str, str]]:
    """Return what may be chosen, each value with its words."""
    return [(value, said[0 if language == "da" else 1]) for value, said in of.items()]


def reminder_choices(chosen: Iterable[str], language: Language) -> list[tuple[str, str]]:
    """Return the usual reminders, and those chosen that are not among them."""
    others = [each for each in chosen if each not in REMINDERS]
    return choices(REMINDERS, language) + [(each, each) for each in others]


def people_choices(asked: Iterable[Asked], language: Language) -> list[tuple[str, str]]:
    """Return who can be answered for: nobody at first, then each by name with the organisations that they act for."""
    nobody = ("", "Vælg" if language == "da" else "Choose")
    return [nobody, *((str(one.person_id), ", ".join(_names(one))) for one in asked)]


def _names(asked: Asked) -> list[str]:
    return [asked.name or str(asked.person_id), *(organisation.name for organisation in asked.organisations)]


def pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return what may be chosen where each value is its own words."""
    return [(text, text) for text in texts]
