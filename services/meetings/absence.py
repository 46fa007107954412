"""Which organisations have stayed away for long, by the attendance that was entered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from .network import Organisation

TIMES_RUNNING = 3


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that was held: it has begun, was not cancelled, and attendance was entered; it is none of a crisis.

    `came` says of each organisation of which it was entered whether it did.
    """

    id: UUID
    series_id: UUID
    title: str
    starts_at: datetime
    came: Mapping[UUID, bool]


@dataclass(frozen=True, slots=True)
class Absence:
    """An organisation that did not come to the last three meetings held of a series, the latest first."""

    series_id: UUID
    organisation: Organisation
    meetings: Sequence[Held]


def absent_running(last_held: Sequence[Held]) -> set[UUID]:
    """Return which organisations did not come to any of the last three meetings of a series, given in any order.

    Fewer meetings than three tell nothing yet; nor does one of which it is not known whether the organisation came.
    """
    last = sorted(last_held, key=lambda held: held.starts_at)[-TIMES_RUNNING:]
    if len(last) < TIMES_RUNNING:
        return set()
    return set.intersection(*({one for one, came in held.came.items() if not came} for held in last))


def absences(held: Iterable[Held], organisations: Iterable[Organisation]) -> list[Absence]:
    """List which of some organisations were absent three times running, by series, each in the order given."""
    members = list(organisations)
    found = []
    for series_id, of_one_series in groupby(held, key=attrgetter("series_id")):
        last = list(of_one_series)
        absent = absent_running(last)
        found += [Absence(series_id, member, last) for member in members if member.id in absent]
    return found
