"""A series: the recurring plan of a group's meetings, and the meetings that it plans."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypedDict
from uuid import UUID, uuid4

from shared.clock import COPENHAGEN, local_day
from shared.errors import Invalid

from .calendar import Revision, moment
from .domain import Meeting, Mode, check_attendable
from .held_days import OnHoliday, RuleDay, check_on_holiday, rule_days
from .recurrence import Rule, Single

PLANNED_AHEAD_DAYS = 365
CALENDAR_REPEATS_AFTER = timedelta(days=28 * 365 + 7)


class EndsBeforeItBegins(Invalid):
    """The last day of a series lies before its first."""

    code = "ends_before_it_begins"


class DayIsOutside(Invalid):
    """The single day of a series lies before its first or after its last."""

    code = "day_is_outside"


@dataclass(frozen=True, slots=True)
class Reminder:
    """So long before a meeting; days are Copenhagen's, whatever the clocks do in between."""

    before: int
    unit: Literal["minutes", "days"]


class SeriesChange(TypedDict, total=False):
    """What a change of a series changes; what is not named stays, and None clears a text."""

    recurrence: Rule
    starts_at: time
    minutes: int
    mode: Mode
    place: str | None
    address: str | None
    host_town: str | None
    link: str | None
    agenda: str | None
    on_holiday: OnHoliday
    horizon_days: int
    reminders: tuple[Reminder, ...]
    is_public: bool


@dataclass(frozen=True, slots=True)
class Series:
    """From `first_day` to `last_day` (both included), planned up to and with `planned_until`."""

    id: UUID
    title: str
    recurrence: Rule
    starts_at: time
    minutes: int
    first_day: date
    last_day: date | None
    mode: Mode
    place: str | None
    address: str | None
    host_town: str | None
    link: str | None
    agenda: str | None
    on_holiday: OnHoliday
    horizon_days: int
    reminders: tuple[Reminder, ...]
    is_public: bool
    planned_until: date

    def check(self) -> None:
        """Refuse a series that makes no sense.

        Raises:
            EndsBeforeItBegins, DayIsOutside, MovesOntoAnotherMeeting, NoSuchLocalTime, LinkIsMissing
        """
        if self.last_day and self.last_day < self.first_day:
            raise EndsBeforeItBegins("a series ends on its first day or later", field="until")
        self.check_single_day(self.first_day)
        check_on_holiday(self.recurrence, self.on_holiday)
        check_attendable(self.mode, self.link)
        for day in self.days(self.first_day, self.first_day + CALENDAR_REPEATS_AFTER):
            if day.held:
                moment(datetime.combine(day.held, self.starts_at))

    def ended(self, since: date) -> "Series":
        """Return the series with no day by the rule from a day on; one that ends before that stays as it is."""
        last_day = max(since, self.first_day) - timedelta(days=1)
        return replace(self, last_day=min(last_day, self.last_day) if self.last_day else last_day)

    def check_single_day(self, first: date) -> None:
        """Refuse a single day before `first` or after the last day of the series."""
        if isinstance(self.recurrence, Single) and not any(self.days(first, date.max)):
            raise DayIsOutside("the day lies outside of the series", field="recurrence.day")

    def days(self, first: date, last: date) -> Iterator[RuleDay]:
        """List its days by the rule, from `first` up to and with `last`."""
        begin = max(first, self.first_day)
        return rule_days(self.recurrence, self.on_holiday, begin, min(last, self.last_day) if self.last_day else last)

    def coming_year(self, now: datetime) -> Iterator[RuleDay]:
        """List its days of twelve months, from its first day on or from today, but none whose time has passed."""
        begin = max(self.first_day, local_day(now))
        for day in self.days(begin, begin + timedelta(days=PLANNED_AHEAD_DAYS)):
            if self.begins(day.held or day.occurrence) > now:
                yield day

    def plan_until(self, now: datetime) -> date:
        """Return up to which day meetings are to be planned: a year, or the invitation horizon where that is more."""
        ahead = local_day(now) + timedelta(days=max(PLANNED_AHEAD_DAYS, self.horizon_days))
        return min(self.last_day, ahead) if self.last_day else ahead

    def is_due(self, now: datetime) -> bool:
        """Say whether there are days that have not been planned yet."""
        return self.planned_until < self.plan_until(now)

    def unplanned_meetings(self, now: datetime, uid_domain: str) -> Iterator[Meeting]:
        """List the meetings still to come of the days that have not been planned yet."""
        for day in self.days(self.planned_until + timedelta(days=1), self.plan_until(now)):
            if day.held and self.begins(day.held) > now:
                yield self.meeting(day.occurrence, day.held, now, uid_domain)

    def begins(self, held: date) -> datetime:
        """Return the moment at which a meeting begins that is held on a day."""
        return datetime.combine(held, self.starts_at, COPENHAGEN).astimezone(UTC)

    def ends(self, held: date) -> datetime:
        """Return the moment at which a meeting ends that is held on a day."""
        return self.begins(held) + timedelta(minutes=self.minutes)

    def meeting(self, occurrence: date, held: date, now: datetime, uid_domain: str) -> Meeting:
        """Return a new meeting for a day by the rule that is held on a day."""
        identity = uuid4()
        return Meeting(
            id=identity,
            series_id=self.id,
            occurrence=occurrence,
            uid=f"{identity}@{uid_domain}",
            title=self.title,
            mode=self.mode,
            starts_at=self.begins(held),
            ends_at=self.ends(held),
            place=self.place,
            address=self.address,
            host_town=self.host_town,
            link=self.link,
            agenda=self.agenda,
            status="scheduled",
            reason=None,
            changed_by_hand=False,
            revision=Revision.first(now),
            version=1,
        )
