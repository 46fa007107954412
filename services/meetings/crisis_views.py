"""What the JSON API shows of crises."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from shared.web.models import View

from .crisis import State
from .rule_bodies import RuleBody
from .series_bodies import ReminderBody
from .series_views import HourAndMinute
from .views import MeetingView

NormalMeetings = Annotated[
    Literal["pause", "stay"],
    BeforeValidator(lambda pauses: "pause" if pauses else "stay"),
    Field(validation_alias="pauses"),
]


class CrisisView(View):
    """A crisis; `starts_at` is Copenhagen's time, and without a `link` it meets at that of its series."""

    id: UUID
    series_id: UUID
    reason: str
    recurrence: RuleBody
    starts_at: HourAndMinute
    minutes: int
    link: str | None
    reminders: list[ReminderBody]
    normal_meetings: NormalMeetings
    first_day: date = Field(serialization_alias="from")
    last_day: date = Field(serialization_alias="until")
    state: State


class CrisisPlanView(View):
    """A crisis with what it makes of its series from now on: its own meetings, those paused, and those held anyway."""

    crisis: CrisisView
    meetings: list[MeetingView]
    paused: list[MeetingView]
    staying: list[MeetingView]


class CrisesView(View):
    """The crises of a series, the latest first."""

    crises: list[CrisisView]
