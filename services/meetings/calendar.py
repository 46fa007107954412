"""What a reader's calendar must be told: SEQUENCE and its stamps, and moments in local time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.clock import COPENHAGEN
from shared.errors import Invalid

ONE_SECOND = timedelta(seconds=1)


class NoSuchLocalTime(Invalid):
    """The clocks skip this hour when summer time begins."""

    code = "no_such_local_time"


@dataclass(frozen=True, slots=True)
class Revision:
    """SEQUENCE, and DTSTAMP and LAST-MODIFIED to the second (RFC 5545)."""

    sequence: int
    dtstamp: datetime
    last_modified: datetime

    @classmethod
    def first(cls, now: datetime) -> "Revision":
        """Return the revision of something new."""
        moment = now.replace(microsecond=0)
        return cls(0, moment, moment)

    def stamped(self, now: datetime) -> "Revision":
        """Return this revision as it is handed to one more reader; nothing about it has changed."""
        return replace(self, dtstamp=max(now.replace(microsecond=0), self.dtstamp))

    def next(self, now: datetime) -> "Revision":
        """Return a revision above this one, also where the clock stood still or went back."""
        moment = max(now.replace(microsecond=0), self.dtstamp + ONE_SECOND)
        return Revision(self.sequence + 1, moment, moment)

    def at_least(self, other: "Revision") -> "Revision":
        """Return the higher of two revisions, part by part."""
        return Revision(
            max(self.sequence, other.sequence),
            max(self.dtstamp, other.dtstamp),
            max(self.last_modified, other.last_modified),
        )


def moment(local: datetime) -> datetime:
    """Return the moment, in UTC, that a time names: Copenhagen's where it has no offset, the first of two in autumn.

    Raises:
        NoSuchLocalTime: the clocks skip it in spring.
    """
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    found = local.replace(tzinfo=COPENHAGEN).astimezone(UTC)
    if found.astimezone(COPENHAGEN).replace(tzinfo=None) != local:
        raise NoSuchLocalTime("the clocks skip this hour in Copenhagen", field="starts_at")
    return found
