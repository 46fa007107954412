"""The rules of a series as the JSON API takes and shows them, told apart by their kind."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .bodies import Body, Day
from .recurrence import EveryWeekday, EveryWeeks, NthWeekday, Single, Weekday

EVERY_MONTH = list(range(1, 13))


class NthWeekdayBody(Body):
    """The nth (-1: the last) of a weekday in the given months; a month without a fifth has none."""

    kind: Literal["nth_weekday"] = "nth_weekday"
    weekday: Weekday
    nth: Literal[1, 2, 3, 4, 5, -1]
    months: list[Annotated[int, Field(ge=1, le=12)]] = Field(EVERY_MONTH, min_length=1)

    def rule(self, first_day: date) -> NthWeekday:
        return NthWeekday(self.weekday, self.nth, tuple(sorted(set(self.months))))


class EveryWeeksBody(Body):
    """A weekday of every so many weeks."""

    kind: Literal["every_weeks"]
    weekday: Weekday
    weeks: int = Field(ge=1, le=52)
    since: Day | None = Field(
        None,
        description="Counted from the first such weekday on this day or after it; from the first day of the series, "
        "or of its change, if not given.",
    )

    def rule(self, first_day: date) -> EveryWeeks:
        return EveryWeeks(self.weekday, self.weeks, self.since or first_day)


class EveryWeekdayBody(Body):
    """Monday to Friday."""

    kind: Literal["every_weekday"]

    def rule(self, first_day: date) -> EveryWeekday:
        return EveryWeekday()


class SingleBody(Body):
    """One day."""

    kind: Literal["single"]
    day: Day

    def rule(self, first_day: date) -> Single:
        return Single(self.day)


BODIES: dict[object, type[Body]] = {
    "nth_weekday": NthWeekdayBody,
    "every_weeks": EveryWeeksBody,
    "every_weekday": EveryWeekdayBody,
    "single": SingleBody,
}


def _as_its_kind(value: object) -> object:
    """Read a rule as its kind alone, so that a fault names the field as it was sent."""
    kind = value.get("kind", NthWeekday.kind) if isinstance(value, dict) else None
    return BODIES[kind].model_validate(value) if isinstance(kind, str) and kind in BODIES else value


RuleBody = Annotated[
    NthWeekdayBody | EveryWeeksBody | EveryWeekdayBody | SingleBody,
    Field(discriminator="kind"),
    BeforeValidator(_as_its_kind),
]
