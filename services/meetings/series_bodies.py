"""The bodies of the JSON API's requests about a series, and what they ask for."""

from datetime import date, time, timedelta
from typing import Annotated, Any, Literal, cast
from uuid import uuid4

from pydantic import Field, model_validator

from .bodies import HOUR_AND_MINUTE, TEXTS, Body, Day, Line, Lines, Link, Minutes, Reason
from .domain import Mode
from .held_days import OnHoliday, usual_on_holiday
from .rule_bodies import RuleBody
from .series import Reminder, Series, SeriesChange

MINUTES_A_DAY = 24 * 60
MOST_DAYS_BEFORE = 60
HourAndMinute = Annotated[str, Field(pattern=HOUR_AND_MINUTE, examples=["09:30"])]
HorizonDays = Annotated[int, Field(ge=1, le=730, description="So many days before a meeting people are asked to it.")]


class ReminderBody(Body):
    """So many minutes, up to a day, or so many days before a meeting."""

    before: int = Field(ge=1)
    unit: Literal["minutes", "days"]

    @model_validator(mode="after")
    def _is_bounded(self) -> "ReminderBody":
        if self.before > (MINUTES_A_DAY if self.unit == "minutes" else MOST_DAYS_BEFORE):
            raise ValueError(f"is more than {MINUTES_A_DAY} minutes or {MOST_DAYS_BEFORE} days before")
        return self


Reminders = Annotated[list[ReminderBody], Field(max_length=5, description="Whoever has not answered is reminded then.")]


class NewSeries(Body):
    """A series to plan; its times are Copenhagen's."""

    title: Line
    recurrence: RuleBody
    starts_at: HourAndMinute
    minutes: Minutes
    first_day: Day | None = Field(None, alias="from", description="Today, if not given.")
    last_day: Day | None = Field(None, alias="until", description="The last day by the rule; for ever, if not given.")
    mode: Mode
    place: Line | None = None
    address: Line | None = None
    host_town: Line | None = None
    link: Link | None = None
    agenda: Lines | None = None
    on_holiday: OnHoliday | None = Field(
        None, description="Move a week, or skip where the series meets a week later anyway, if not given."
    )
    horizon_days: HorizonDays
    reminders: Reminders = Field([])
    is_public: bool = False

    def series(self, today: date) -> Series:
        """Return the series that is asked for, with nothing planned yet."""
        first_day = self.first_day or today
        rule = self.recurrence.rule(first_day)
        return Series(
            id=uuid4(),
            title=self.title,
            recurrence=rule,
            starts_at=time.fromisoformat(self.starts_at),
            minutes=self.minutes,
            first_day=first_day,
            last_day=self.last_day,
            mode=self.mode,
            place=self.place,
            address=self.address,
            host_town=self.host_town,
            link=self.link,
            agenda=self.agenda,
            on_holiday=self.on_holiday or usual_on_holiday(rule),
            horizon_days=self.horizon_days,
            reminders=reminders(self.reminders),
            is_public=self.is_public,
            planned_until=first_day - timedelta(days=1),
        )


class ChangeOfSeries(Body):
    """What changes about a series from a day on; what is not named stays, and null clears a text."""

    since: Day = Field(alias="from", description="Meetings whose day by the rule is this one or later change.")
    recurrence: RuleBody | None = None
    starts_at: HourAndMinute | None = None
    minutes: Minutes | None = None
    mode: Mode | None = None
    place: Line | None = None
    address: Line | None = None
    host_town: Line | None = None
    link: Link | None = None
    agenda: Lines | None = None
    on_holiday: OnHoliday | None = None
    horizon_days: HorizonDays | None = None
    reminders: Reminders | None = None
    is_public: bool | None = None
    reason: Reason | None = Field(None, description="For those who were asked to a meeting that is dropped.")

    def change(self) -> SeriesChange:
        """Return the change that is asked for."""
        named: dict[str, Any] = {
            "recurrence": self.recurrence and self.recurrence.rule(self.since),
            "starts_at": self.starts_at and time.fromisoformat(self.starts_at),
            "reminders": None if self.reminders is None else reminders(self.reminders),
            **{name: getattr(self, name) for name in ("minutes", "mode", "on_holiday", "horizon_days", "is_public")},
        }
        said = {name: value for name, value in named.items() if value is not None}
        return cast(SeriesChange, said | self.named(TEXTS))


class EndOfSeries(Body):
    """From which day on a series meets no more."""

    since: Day = Field(alias="from", description="Meetings on this day or later are cancelled.")
    reason: Reason | None = Field(None, description="For those who were asked to them.")
    keep_changed_by_hand: bool = False


def reminders(bodies: list[ReminderBody]) -> tuple[Reminder, ...]:
    """Return the reminders that are asked for, each once."""
    return tuple(dict.fromkeys(Reminder(body.before, body.unit) for body in bodies))
