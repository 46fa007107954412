"""When people are reminded of a meeting: as its plan says, but never of what they have just been told anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.clock import COPENHAGEN

from .domain import Meeting
from .series import Reminder


@dataclass(frozen=True, slots=True)
class Remindable:
    """A meeting still to come, its reminders, and when those who are asked to it were told of it last."""

    meeting: Meeting
    reminders: tuple[Reminder, ...]
    told_at: datetime

    def due(self, now: datetime) -> datetime | None:
        """Return the moment of the reminder that is due, the latest where several are; None where none is.

        What lies before people were asked, told of a change or reminded is due no more, and nothing is once the
        meeting has begun.
        """
        if self.meeting.starts_at <= now:
            return None
        moments = (remind_at(reminder, self.meeting.starts_at) for reminder in self.reminders)
        return max((moment for moment in moments if self.told_at < moment <= now), default=None)


def remind_at(reminder: Reminder, starts_at: datetime) -> datetime:
    """Return the moment of a reminder, in UTC; days before, it is the same time of day in Copenhagen."""
    if reminder.unit == "minutes":
        return starts_at - timedelta(minutes=reminder.before)
    return (starts_at.astimezone(COPENHAGEN) - timedelta(days=reminder.before)).astimezone(UTC)


def all_due(remindable: Sequence[Remindable], now: datetime) -> list[tuple[Meeting, datetime]]:
    """List the meetings of which people are to be reminded now, each with the moment at which that was due."""
    return [(each.meeting, moment) for each in remindable if (moment := each.due(now))]
