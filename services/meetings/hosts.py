"""Which town hosts next: one of another region than the meetings beside it, and of those the one that waits longest."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import Conflict, Invalid

from .domain import Change, Meeting

NEVER = datetime.min.replace(tzinfo=UTC)


class NobodyTravels(Conflict):
    """A meeting online has no host."""

    code = "nobody_travels"


class UnknownTown(Invalid):
    """Only a town for which somebody acts can be asked."""

    code = "unknown_town"


class TownIsExcluded(Conflict):
    """A town that is excluded is not asked."""

    code = "town_is_excluded"


@dataclass(frozen=True, slots=True)
class Town:
    """A town for whose members somebody acts; its region where we know it."""

    name: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Hosted:
    """A meeting in person that a town hosts or hosted; its region where we know it."""

    town: str
    region: str | None
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A town that is not to be asked, why, who said so and when."""

    town: str
    reason: str
    who: str
    excluded_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A town that can host, and what speaks for its turn.

    alternates: whether the meetings in person before and after are in other regions.
    last_hosted: when the latest meeting began, or begins, that it hosts; None where there is none.
    """

    town: str
    region: str | None
    alternates: bool
    last_hosted: datetime | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who could host a meeting, the fairest first; who hosts it as things stand, and which town was asked last."""

    host_town: str | None
    asked: str | None
    candidates: list[Candidate]
    excluded: list[Exclusion]


def check_in_person(meeting: Meeting) -> None:
    """Refuse a meeting to which nobody travels; raise NobodyTravels."""
    if meeting.mode == "online":
        raise NobodyTravels("a meeting online has no host town")


def candidates(
    towns: Iterable[Town], hosted: Sequence[Hosted], excluded: Collection[str], starts_at: datetime
) -> list[Candidate]:
    """List which towns can host a meeting that begins at `starts_at`, the fairest first, given all other meetings.

    First those of another region than the meeting before and the one after; then who hosted longest ago, who never did
    before all others; of those who never did, first the region that hosted longest ago; then by name.
    """
    last_of_town = {_key(one.town): one.starts_at for one in sorted(hosted, key=_begins)}
    last_of_region = {one.region: one.starts_at for one in sorted(hosted, key=_begins) if one.region}
    beside = _regions_beside(hosted, starts_at)
    out = set(map(_key, excluded))
    found = [
        Candidate(town.name, town.region, town.region not in beside, last_of_town.get(_key(town.name)))
        for town in towns
        if _key(town.name) not in out
    ]
    return sorted(
        found,
        key=lambda one: (
            not one.alternates,
            one.last_hosted or NEVER,
            last_of_region.get(one.region or "", NEVER),
            _key(one.town),
        ),
    )


def chosen(town: str, towns: Iterable[Town], excluded: Collection[str]) -> Town:
    """Return the town of a name; raise UnknownTown, TownIsExcluded."""
    found = next((one for one in towns if _key(one.name) == _key(town)), None)
    if found is None:
        raise UnknownTown("nobody acts for a member of this town", field="town")
    if _key(town) in map(_key, excluded):
        raise TownIsExcluded("the town is excluded: include it again first", field="town")
    return found


def hosted_by(meeting: Meeting, town: Town, place: str | None, address: str | None) -> Change:
    """Return what a host changes about a meeting: elsewhere than before, what nobody names is not known yet."""
    if _key(meeting.host_town or "") == _key(town.name) and place in (None, meeting.place):
        return Change(host_town=town.name, place=meeting.place, address=address or meeting.address)
    return Change(host_town=town.name, place=place, address=address)


def _regions_beside(hosted: Sequence[Hosted], starts_at: datetime) -> set[str]:
    """Return the regions of the meeting before a moment and of the one after, where we know them."""
    before = max((one for one in hosted if one.starts_at <= starts_at), key=_begins, default=None)
    after = min((one for one in hosted if one.starts_at > starts_at), key=_begins, default=None)
    return {one.region for one in (before, after) if one and one.region}


def _begins(hosted: Hosted) -> datetime:
    return hosted.starts_at


def _key(town: str) -> str:
    return town.casefold()
