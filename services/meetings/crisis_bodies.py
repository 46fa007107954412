"""The bodies of the JSON API's requests about crises, and what they ask for."""

from datetime import date, time
from typing import Literal
from uuid import UUID, uuid4

from pydantic import Field

from .bodies import Body, Day, Link, Minutes, Reason
from .crisis import Crisis
from .rule_bodies import RuleBody
from .series_bodies import HourAndMinute, ReminderBody, Reminders, reminders

AN_HOUR_BEFORE = ReminderBody(before=60, unit="minutes")


class NewCrisis(Body):
    """Another rhythm for a series, online, for a limited time; its times are Copenhagen's, holidays are skipped."""

    reason: Reason = Field(description="For everybody: it stands in the notice, and in the mails of paused meetings.")
    recurrence: RuleBody
    starts_at: HourAndMinute
    minutes: Minutes
    link: Link | None = Field(None, description="That of the series, if not given.")
    first_day: Day | None = Field(None, alias="from", description="Today, if not given.")
    last_day: Day = Field(alias="until", description="The last day; then the crisis ends by itself.")
    normal_meetings: Literal["pause", "stay"] = Field(
        description="Whether the other meetings of the series on these days are held."
    )
    reminders: Reminders = Field([AN_HOUR_BEFORE])

    def crisis(self, series_id: UUID, today: date) -> Crisis:
        """Return the crisis that is asked for."""
        first_day = self.first_day or today
        return Crisis(
            id=uuid4(),
            series_id=series_id,
            reason=self.reason,
            recurrence=self.recurrence.rule(first_day),
            starts_at=time.fromisoformat(self.starts_at),
            minutes=self.minutes,
            link=self.link,
            reminders=reminders(self.reminders),
            pauses=self.normal_meetings == "pause",
            first_day=first_day,
            last_day=self.last_day,
            state="running",
            version=1,
        )


class ExtensionOfCrisis(Body):
    """Until when a crisis lasts instead."""

    until: Day = Field(description="A later day than before.")
