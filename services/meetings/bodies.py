"""The bodies of the JSON API's requests, and what they ask for."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, TypeAdapter

from .calendar import moment
from .domain import Change, Mode
from .recurrence import NthWeekday, OnHoliday, Weekday
from .series import Series

EVERY_MONTH = list(range(1, 13))
# Not among them: control characters, line and paragraph separators, overrides of the writing direction.
ONE_VISIBLE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+$"
VISIBLE_ASCII = r"^[!-~]+$"
HOUR_AND_MINUTE = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
_URL = TypeAdapter(HttpUrl)


def _web_address(address: str) -> str:
    _URL.validate_python(address)
    return address


def _with_time(value: object) -> object:
    if not isinstance(value, str) or "T" not in value:
        raise ValueError("is no date and time such as 2026-12-10T09:30, with an offset or in Copenhagen's time")
    return value


def _whole_minute(value: datetime) -> datetime:
    if value.second or value.microsecond:
        raise ValueError("is not on a whole minute")
    return value


def _in_our_time(value: datetime) -> datetime:
    if not FIRST_DAY <= value.date() <= LAST_DAY:
        raise ValueError(f"is not between {FIRST_DAY} and {LAST_DAY}")
    return value


Line = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_VISIBLE_LINE)]
Link = Annotated[str, Field(max_length=2000, pattern=VISIBLE_ASCII), AfterValidator(_web_address)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
When = Annotated[datetime, BeforeValidator(_with_time), AfterValidator(_whole_minute), AfterValidator(_in_our_time)]


class Body(BaseModel):
    """What is sent to us; a field that we do not know is a mistake of the sender."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, str_strip_whitespace=True)


class Recurrence(Body):
    """The nth (-1: the last) of a weekday in the given months; a month without a fifth has none."""

    weekday: Weekday
    nth: Literal[1, 2, 3, 4, 5, -1]
    months: list[Annotated[int, Field(ge=1, le=12)]] = Field(EVERY_MONTH, min_length=1)

    def rule(self) -> NthWeekday:
        return NthWeekday(self.weekday, self.nth, tuple(sorted(set(self.months))))


class NewSeries(Body):
    """A series to plan; its times are Copenhagen's."""

    title: Line
    recurrence: Recurrence
    starts_at: str = Field(pattern=HOUR_AND_MINUTE, examples=["09:30"])
    minutes: Minutes
    first_day: Day | None = Field(None, alias="from", description="Today, if not given.")
    last_day: Day | None = Field(None, alias="until", description="The last day by the rule; for ever, if not given.")
    mode: Mode
    place: Line | None = None
    host_town: Line | None = None
    link: Link | None = None
    on_holiday: OnHoliday = "move"
    horizon_days: int = Field(ge=1, le=730, description="So many days before a meeting people are asked to it.")

    def series(self, today: date) -> Series:
        """Return the series that is asked for, with nothing planned yet."""
        first_day = self.first_day or today
        return Series(
            id=uuid4(),
            title=self.title,
            recurrence=self.recurrence.rule(),
            starts_at=time.fromisoformat(self.starts_at),
            minutes=self.minutes,
            first_day=first_day,
            last_day=self.last_day,
            mode=self.mode,
            place=self.place,
            host_town=self.host_town,
            link=self.link,
            on_holiday=self.on_holiday,
            horizon_days=self.horizon_days,
            planned_until=first_day - timedelta(days=1),
        )


class Move(Body):
    """What a move changes; what is not named stays, and null clears a place, a host town or a link."""

    starts_at: When | None = Field(None, description="With an offset, or in Copenhagen's time.")
    minutes: Minutes | None = None
    place: Line | None = None
    host_town: Line | None = None
    link: Link | None = None

    def change(self) -> Change:
        """Return the change that is asked for; raise NoSuchLocalTime."""
        change = Change()
        if self.starts_at:
            change["starts_at"] = moment(self.starts_at)
        if self.minutes:
            change["minutes"] = self.minutes
        if "place" in self.model_fields_set:
            change["place"] = self.place
        if "host_town" in self.model_fields_set:
            change["host_town"] = self.host_town
        if "link" in self.model_fields_set:
            change["link"] = self.link
        return change


class Cancellation(Body):
    """Why a meeting does not take place, for those who were asked to it."""

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=ONE_VISIBLE_LINE)] | None = None
