"""What the JSON API shows of series."""

from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from shared.web.models import View

from .domain import Mode
from .held_days import OnHoliday, RuleDay
from .holidays import Holiday
from .rule_bodies import RuleBody
from .series import Series
from .series_bodies import ReminderBody
from .views import LocalMoment, MeetingView

HourAndMinute = Annotated[time, PlainSerializer(lambda moment: f"{moment:%H:%M}", return_type=str)]


class SeriesView(View):
    """A series; `starts_at` is Copenhagen's time."""

    id: UUID
    title: str
    recurrence: RuleBody
    starts_at: HourAndMinute
    minutes: int
    first_day: date = Field(serialization_alias="from")
    last_day: date | None = Field(serialization_alias="until")
    mode: Mode
    place: str | None
    address: str | None
    host_town: str | None
    link: str | None
    agenda: str | None
    on_holiday: OnHoliday
    horizon_days: int
    reminders: list[ReminderBody]
    is_public: bool


class PlannedSeriesView(SeriesView):
    """A new series, and its meetings of the coming year."""

    meetings: list[MeetingView] = Field([])


class SomeSeriesView(View):
    """Some series, the oldest first; `next` is the `after` of those that follow."""

    series: list[SeriesView]
    next: UUID | None


class PreviewedDayView(View):
    """A day by the rule, and what becomes of it: a skipped one has no times, a moved one those of a later week."""

    occurrence: date
    outcome: Literal["held", "moved", "skipped"]
    holiday: Holiday | None
    starts_at: LocalMoment | None
    ends_at: LocalMoment | None


class PreviewView(View):
    """The days of twelve months by the rule, the earliest first."""

    days: list[PreviewedDayView]


class ReplannedSeriesView(View):
    """A series as it now is, and what became of its meetings.

    Those `changed_by_hand` were left as they are: they wait for a decision, to be moved or cancelled or to stay.
    """

    series: SeriesView
    changed: list[MeetingView]
    added: list[MeetingView]
    cancelled: list[MeetingView]
    changed_by_hand: list[MeetingView]


def previewed(series: Series, day: RuleDay) -> PreviewedDayView:
    """Show what would become of a day of a series."""
    return PreviewedDayView(
        occurrence=day.occurrence,
        outcome="skipped" if day.held is None else "held" if day.held == day.occurrence else "moved",
        holiday=day.holiday,
        starts_at=series.begins(day.held) if day.held else None,
        ends_at=series.ends(day.held) if day.held else None,
    )
