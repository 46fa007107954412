"""The bodies of the JSON API's requests about one meeting, and what all bodies are made of."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, HttpUrl, TypeAdapter

from shared.web import models
from shared.web.models import ONE_VISIBLE_LINE

from .calendar import moment
from .domain import Change

VISIBLE_ASCII = r"^[!-~]+$"
VISIBLE_LINES = ONE_VISIBLE_LINE.replace(r"\x00-\x1f", r"\x00-\x08\x0b-\x1f")
HOUR_AND_MINUTE = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
TEXTS = ("place", "address", "host_town", "link", "agenda")
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
Lines = Annotated[
    str,
    BeforeValidator(lambda value: value.replace("\r\n", "\n") if isinstance(value, str) else value),
    Field(min_length=1, max_length=4000, pattern=VISIBLE_LINES),
]
Link = Annotated[str, Field(max_length=2000, pattern=VISIBLE_ASCII), AfterValidator(_web_address)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=ONE_VISIBLE_LINE)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
When = Annotated[datetime, BeforeValidator(_with_time), AfterValidator(_whole_minute), AfterValidator(_in_our_time)]


class Body(models.Body):
    """What is sent to us, or a form of ours sends; blanks around a text are not meant."""

    model_config = ConfigDict(from_attributes=True, str_strip_whitespace=True)

    def named(self, fields: Iterable[str]) -> dict[str, Any]:
        """Return those of some fields that were sent, also where they are null."""
        return {name: getattr(self, name) for name in fields if name in self.model_fields_set}


class Move(Body):
    """What a move changes; what is not named stays, and null clears a text."""

    starts_at: When | None = Field(None, description="With an offset, or in Copenhagen's time.")
    minutes: Minutes | None = None
    place: Line | None = None
    address: Line | None = None
    host_town: Line | None = None
    link: Link | None = None
    agenda: Lines | None = None

    def change(self) -> Change:
        """Return the change that is asked for; raise NoSuchLocalTime."""
        change = Change()
        if self.starts_at:
            change["starts_at"] = moment(self.starts_at)
        if self.minutes:
            change["minutes"] = self.minutes
        return cast(Change, {**change, **self.named(TEXTS)})


class Cancellation(Body):
    """Why a meeting does not take place, for those who were asked to it."""

    reason: Reason | None = None
