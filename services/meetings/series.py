"""A series: the recurring plan of a group's meetings, and the meetings that it plans."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from shared.clock import COPENHAGEN, local_day
from shared.errors import Invalid

from .calendar import Revision
from .domain import Meeting, Mode, check_attendable
from .recurrence import NthWeekday, OnHoliday, day_held

PLANNED_AHEAD_DAYS = 365


class EndsBeforeItBegins(Invalid):
    """The last day of a series lies before its first."""

    code = "ends_before_it_begins"


@dataclass(frozen=True, slots=True)
class Series:
    """From `first_day` to `last_day` (both included), planned up to and with `planned_until`."""

    id: UUID
    title: str
    recurrence: NthWeekday
    starts_at: time
    minutes: int
    first_day: date
    last_day: date | None
    mode: Mode
    place: str | None
    host_town: str | None
    link: str | None
    on_holiday: OnHoliday
    horizon_days: int
    planned_until: date

    def check(self) -> None:
        """Refuse a series that ends before it begins, or whose meetings nobody could attend."""
        if self.last_day and self.last_day < self.first_day:
            raise EndsBeforeItBegins("a series ends on its first day or later", field="until")
        check_attendable(self.mode, place=self.place, host_town=self.host_town, link=self.link)

    def plan_until(self, now: datetime) -> date:
        """Return up to which day meetings are to be planned: a year, or the invitation horizon where that is more."""
        ahead = local_day(now) + timedelta(days=max(PLANNED_AHEAD_DAYS, self.horizon_days))
        return min(self.last_day, ahead) if self.last_day else ahead

    def is_due(self, now: datetime) -> bool:
        """Say whether there are days that have not been planned yet."""
        return self.planned_until < self.plan_until(now)

    def unplanned_meetings(self, now: datetime, uid_domain: str) -> Iterator[Meeting]:
        """List the meetings still to come of the days that have not been planned yet."""
        for day in self.recurrence.days(self.planned_until + timedelta(days=1), self.plan_until(now)):
            held = day_held(day, self.on_holiday)
            if held and (meeting := self._meeting(day, held, now, uid_domain)).starts_at > now:
                yield meeting

    def _meeting(self, occurrence: date, held: date, now: datetime, uid_domain: str) -> Meeting:
        identity = uuid4()
        starts_at = datetime.combine(held, self.starts_at, COPENHAGEN).astimezone(UTC)
        return Meeting(
            id=identity,
            series_id=self.id,
            occurrence=occurrence,
            uid=f"{identity}@{uid_domain}",
            title=self.title,
            mode=self.mode,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=self.minutes),
            place=self.place,
            host_town=self.host_town,
            link=self.link,
            status="scheduled",
            reason=None,
            revision=Revision.first(now),
            version=1,
        )
