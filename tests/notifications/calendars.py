"""What readers' calendars hold after the mails that they got, as RFC 5546 has a calendar program decide it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar


@dataclass
class Entry:
    """A meeting in a calendar, or the memory of one that was taken away."""

    sequence: int
    starts_at: datetime
    place: str
    held: bool


@dataclass
class Calendars:
    """The calendars behind some addresses."""

    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: defaultdict(dict))

    def receive(self, address: str, calendar: bytes) -> None:
        """Take in the calendar part of a mail; what is older than what is known changes nothing."""
        found: Any = Calendar.from_ical(calendar)
        (event,) = found.walk("VEVENT")
        known = self.entries[address].get(event["UID"])
        if known is None or event["SEQUENCE"] >= known.sequence:
            self.entries[address][event["UID"]] = Entry(
                event["SEQUENCE"],
                event["DTSTART"].dt.astimezone(UTC),
                str(event.get("LOCATION", "")),
                found["METHOD"] == "REQUEST",
            )

    def held(self) -> dict[str, dict[str, tuple[datetime, str]]]:
        """Return, for each address that has any, its meetings with time and place."""
        found = {
            address: {uid: (entry.starts_at, entry.place) for uid, entry in entries.items() if entry.held}
            for address, entries in self.entries.items()
        }
        return {address: meetings for address, meetings in found.items() if meetings}
