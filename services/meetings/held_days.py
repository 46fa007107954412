"""What a holiday does to the days of a rule: it moves them a week, or has them skipped."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.errors import Invalid

from .holidays import Holiday, holiday_on
from .recurrence import EveryWeekday, EveryWeeks, Rule

OnHoliday = Literal["move", "skip", "ignore"]

A_WEEK = timedelta(weeks=1)


class MovesOntoAnotherMeeting(Invalid):
    """A week later the same series meets already."""

    code = "moves_onto_another_meeting"


@dataclass(frozen=True, slots=True)
class RuleDay:
    """A day by a rule, and the day on which its meeting is held: None where it is skipped.

    `holiday` is what falls on the day by the rule, whatever is made of it.
    """

    occurrence: date
    held: date | None
    holiday: Holiday | None


def rule_days(rule: Rule, on_holiday: OnHoliday, first: date, last: date) -> Iterator[RuleDay]:
    """List the days by the rule, from `first` up to and with `last`."""
    for day in rule.days(first, last):
        holiday = holiday_on(day)
        yield RuleDay(day, _day_held(rule, on_holiday, day) if holiday else day, holiday)


def usual_on_holiday(rule: Rule) -> OnHoliday:
    """Return what is done about holidays where nobody says: move, but skip where a week later is a meeting anyway."""
    return "skip" if _meets_every_week(rule) else "move"


def check_on_holiday(rule: Rule, on_holiday: OnHoliday) -> None:
    """Refuse to move the meetings of a rule that meets a week later anyway."""
    if on_holiday == "move" and _meets_every_week(rule):
        raise MovesOntoAnotherMeeting(
            "a week later the same series meets already: say skip or ignore", field="on_holiday"
        )


def _meets_every_week(rule: Rule) -> bool:
    return isinstance(rule, EveryWeekday) or (isinstance(rule, EveryWeeks) and rule.weeks == 1)


def _day_held(rule: Rule, on_holiday: OnHoliday, day: date) -> date | None:
    """Return the day on which the meeting of a holiday is held."""
    if on_holiday == "ignore":
        return day
    if on_holiday == "skip":
        return None
    moved = day + A_WEEK
    while holiday_on(moved):
        moved += A_WEEK
    # Every second week, where two holidays lie a week apart: a day that would move onto the next one is skipped.
    return None if any(rule.days(moved, moved)) else moved
