"""What the JSON API shows."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AliasPath, BaseModel, ConfigDict, Field, PlainSerializer

from shared.clock import COPENHAGEN

from .bodies import Recurrence
from .domain import Mode, Status
from .recurrence import OnHoliday

LocalMoment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(COPENHAGEN))]
HourAndMinute = Annotated[time, PlainSerializer(lambda moment: f"{moment:%H:%M}", return_type=str)]


class View(BaseModel):
    """Something as it is shown; made from what the domain calls the same."""

    model_config = ConfigDict(from_attributes=True)


class MeetingView(View):
    """A meeting; its times carry Copenhagen's offset, `invited` counts the invitations that stand."""

    id: UUID
    series_id: UUID
    title: str
    starts_at: LocalMoment
    ends_at: LocalMoment
    mode: Mode
    place: str | None
    host_town: str | None
    link: str | None
    status: Status
    reason: str | None
    uid: str
    sequence: int = Field(validation_alias=AliasPath("revision", "sequence"))
    invited: int = 0


class MeetingsView(View):
    """Meetings, the earliest first."""

    meetings: list[MeetingView]


class SeriesView(View):
    """A series; `starts_at` is Copenhagen's time."""

    id: UUID
    title: str
    recurrence: Recurrence
    starts_at: HourAndMinute
    minutes: int
    first_day: date = Field(serialization_alias="from")
    last_day: date | None = Field(serialization_alias="until")
    mode: Mode
    place: str | None
    host_town: str | None
    link: str | None
    on_holiday: OnHoliday
    horizon_days: int


class PlannedSeriesView(SeriesView):
    """A new series, and its meetings of the coming year."""

    meetings: list[MeetingView] = []


class AllSeriesView(View):
    """All series, the oldest first."""

    series: list[SeriesView]
