"""A crisis: for a limited time a series meets in another rhythm, and then in its own again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from shared.clock import COPENHAGEN, local_day, midnight
from shared.errors import Conflict, Invalid

from .domain import Meeting
from .recurrence import Rule
from .replanning import BeyondThePlan, ChangesThePast
from .series import Reminder, Series

MOST_DAYS = 92
# Late enough on the day after for the secretariat to have entered who came to the last meeting.
SUMMARY_AT = time(12)

State = Literal["running", "ended", "over", "undone"]


class LastsTooLong(Invalid):
    """A crisis is planned and told as a whole; one that goes on is extended."""

    code = "lasts_too_long"


class NothingToMeetFor(Invalid):
    """No day of the rhythm lies between the first and the last day and is still to come."""

    code = "nothing_to_meet_for"


class NoExtension(Invalid):
    """A crisis is extended to a later day than it lasts anyway."""

    code = "no_extension"


class CrisesOverlap(Conflict):
    """Another crisis of the same series lies on some of the days."""

    code = "crises_overlap"


class CrisisIsOver(Conflict):
    """What is over or undone stays so."""

    code = "crisis_is_over"


class CrisisHasBegun(Conflict):
    """A meeting of it has been held: it was no mistake."""

    code = "crisis_has_begun"


class CrisisHasNotBegun(Conflict):
    """Before its first day there is nothing to end."""

    code = "crisis_has_not_begun"


@dataclass(frozen=True, slots=True)
class Crisis:
    """From `first_day` to `last_day` (both included) a series meets online in another rhythm.

    `pauses` says that its normal meetings of these days are not held. Without a link it meets at that of the series.
    """

    id: UUID
    series_id: UUID
    reason: str
    recurrence: Rule
    starts_at: time
    minutes: int
    link: str | None
    reminders: tuple[Reminder, ...]
    pauses: bool
    first_day: date
    last_day: date
    state: State
    version: int

    def rhythm(self, series: Series) -> Series:
        """Return the series as it meets during the crisis; holidays are skipped."""
        return replace(
            series,
            recurrence=self.recurrence,
            starts_at=self.starts_at,
            minutes=self.minutes,
            first_day=self.first_day,
            last_day=self.last_day,
            mode="online",
            place=None,
            address=None,
            host_town=None,
            link=self.link or series.link,
            agenda=None,
            on_holiday="skip",
        )

    def check(self, series: Series, now: datetime) -> None:
        """Refuse a crisis that makes no sense.

        Raises:
            ChangesThePast, BeyondThePlan, LastsTooLong, NothingToMeetFor, and what Series.check raises
        """
        if self.first_day < local_day(now):
            raise ChangesThePast("what has been stays as it was: name today or a later day", field="from")
        self.check_last_day(series)
        rhythm = self.rhythm(series)
        rhythm.check()
        if not any(day.held for day in rhythm.coming_year(now)):
            raise NothingToMeetFor("no meeting would be held from the first to the last day", field="recurrence")

    def check_last_day(self, series: Series) -> None:
        """Refuse a day not planned yet, or too long after the first; raise BeyondThePlan, LastsTooLong."""
        planned = min(series.planned_until, series.last_day or date.max)
        if self.last_day > planned:
            raise BeyondThePlan(
                f"the series is planned up to and with {planned}: name that day or an earlier one", field="until"
            )
        last = self.first_day + timedelta(days=MOST_DAYS - 1)
        if self.last_day > last:
            raise LastsTooLong(f"name {last} or an earlier day, and extend it later if it must be", field="until")

    def meetings(self, series: Series, since: date, now: datetime, uid_domain: str) -> Iterator[Meeting]:
        """List its meetings of a day or later that are still to come; they stand for no day by the series' rule."""
        rhythm = self.rhythm(series)
        for day in rhythm.days(since, self.last_day):
            if day.held and rhythm.begins(day.held) > now:
                meeting = rhythm.meeting(day.occurrence, day.held, now, uid_domain)
                yield replace(meeting, occurrence=None, crisis_id=self.id)

    def extended(self, until: date) -> "Crisis":
        """Return the crisis up to and with a later day; raise NoExtension."""
        if until <= self.last_day:
            raise NoExtension(f"it lasts until {self.last_day}: name a later day", field="until")
        return replace(self, last_day=until, version=self.version + 1)

    def ended(self, today: date) -> "Crisis":
        """Return the crisis as today is its last day, and it is to be summed up."""
        return replace(self, state="ended", last_day=today, version=self.version + 1)

    def cut(self, last_day: date) -> "Crisis":
        """Return the crisis as it lasts no longer than to a day, because its series does not."""
        return replace(self, last_day=last_day, version=self.version + 1)

    def over(self) -> "Crisis":
        """Return the crisis as it is summed up."""
        return replace(self, state="over", version=self.version + 1)

    def undone(self) -> "Crisis":
        """Return the crisis as if it had never been started."""
        return replace(self, state="undone", version=self.version + 1)

    def check_running(self, now: datetime) -> None:
        """Refuse what can only be done while it lasts; raise CrisisIsOver."""
        if self.state == "undone":
            raise CrisisIsOver("the crisis was undone")
        if self.state != "running" or self.last_day < local_day(now):
            raise CrisisIsOver(f"the crisis was over on {self.last_day}")

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The moments at which it begins and is over."""
        return midnight(self.first_day), midnight(self.last_day + timedelta(days=1))

    def is_due(self, now: datetime) -> bool:
        """Say whether the time has come to sum it up, the day after its last."""
        day = self.last_day + timedelta(days=1)
        return (
            self.state in ("running", "ended") and datetime.combine(day, SUMMARY_AT, COPENHAGEN).astimezone(UTC) <= now
        )


def paused(meeting: Meeting, crisis: Crisis) -> Meeting:
    """Return a meeting as it is not held because of a crisis."""
    return replace(meeting, status="cancelled", reason=crisis.reason, paused_by=crisis.id)


def resumed(meeting: Meeting) -> Meeting:
    """Return a paused meeting as it is held after all."""
    return replace(meeting, status="scheduled", reason=None, paused_by=None)


def brings_invitation(day: date, meetings: Sequence[Meeting]) -> bool:
    """Say whether a day brings the invitation to the next meeting of a crisis: when one begins and another follows.

    `meetings` are those that were or are to be held, the earliest first.
    """
    return any(local_day(meeting.starts_at) == day for meeting in meetings[:-1])
