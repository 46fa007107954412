"""The rhythm in which a system reports: when it is silent for too long, and when it sends too much (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

ConcernKind = Literal["silent", "flooding"]

REMEMBERED = timedelta(days=60)
# A rhythm is known from so many pauses, over so long a time that there were weekends in it.
FEWEST_PAUSES = 4
KNOWN_FOR = timedelta(days=14)
PATIENCE = 1.5
LEAST_SILENCE = timedelta(hours=24)
# What the door did not hear for longer than this may have been said.
LAPSE = timedelta(hours=1)

# A flood is over at this share of the limit, and one that comes again so soon is the same.
SHARE_AT_REST = 0.5
SAME_FLOOD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """How a system has reported: when its last message came, to the minute, and how many came within the last hour.

    Without `most_per_hour` it has no limit. `last_paused_at` is when it was last seen to be paused.
    """

    system: str
    owner_email: str | None
    owner_language: Literal["da", "en"]
    paused: bool
    most_per_hour: int | None
    last_message_at: datetime | None
    last_paused_at: datetime | None
    within_hour: int


@dataclass(frozen=True, slots=True)
class Listening:
    """Since when the door has listened without a lapse, and when it last said so."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Concern:
    """An episode: a system is silent since its last message, or floods since that was noticed.

    `most` is what is usual or allowed: hours without a message, or messages within an hour.
    """

    id: UUID
    system: str
    kind: ConcernKind
    since: datetime
    most: int
    told: bool


def usual_pause(hours: Sequence[datetime]) -> timedelta | None:
    """Return the longest time from one hour with a message to the next, or None while no rhythm is known.

    hours: those of the remembered days in which anything came, in order, each by its beginning.
    """
    pauses = [later - earlier for earlier, later in pairwise(hours)]
    if len(pauses) < FEWEST_PAUSES or hours[-1] - hours[0] < KNOWN_FOR:
        return None
    return max(pauses)


def waited(watched: Watched, listening: Listening | None, now: datetime) -> timedelta:
    """Return how long the door has listened in vain for a system that was free to speak."""
    if watched.last_message_at is None or listening is None or now - listening.until > LAPSE:
        return timedelta()
    return now - max(watched.last_message_at, listening.since, watched.last_paused_at or listening.since)


def is_silent(waited: timedelta, usual: timedelta) -> bool:
    """Tell whether a system has paused for longer than its rhythm explains."""
    return waited > max(usual * PATIENCE, LEAST_SILENCE)


def is_flooding(within_hour: int, most_per_hour: int, *, already: bool) -> bool:
    """Tell whether a system sends too much; one that `already` does has to slow down a good deal."""
    return within_hour > (most_per_hour * SHARE_AT_REST if already else most_per_hour)
