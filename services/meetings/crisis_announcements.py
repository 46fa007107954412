"""What meetings says of a crisis, as the contracts want it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.contracts import meetings as contract

from .attendance import Came
from .crisis import Crisis
from .domain import Meeting
from .series import Series


@dataclass(frozen=True, slots=True)
class Plan:
    """A crisis of a series with its meetings to come, and the other meetings of its days: those paused, those held."""

    crisis: Crisis
    series: Series
    meetings: Sequence[Meeting]
    paused: Sequence[Meeting]
    staying: Sequence[Meeting]


def crisis_started(plan: Plan, people: Iterable[UUID], correlation_id: str) -> contract.CrisisStarted:
    """Say that a series turns to crisis cadence."""
    return contract.CrisisStarted(correlation_id=correlation_id, crisis=_said(plan), people=tuple(people))


def crisis_extended(plan: Plan, people: Iterable[UUID], correlation_id: str) -> contract.CrisisExtended:
    """Say that a crisis lasts longer."""
    return contract.CrisisExtended(correlation_id=correlation_id, crisis=_said(plan), people=tuple(people))


def crisis_ended(
    plan: Plan,
    people: Iterable[UUID],
    held: Sequence[Meeting],
    came: Iterable[Came],
    following: Crisis | None,
    correlation_id: str,
) -> contract.CrisisEnded:
    """Say that a crisis is over, what it came to, and whether another lasts by now."""
    return contract.CrisisEnded(
        correlation_id=correlation_id,
        crisis=_said(plan),
        people=tuple(people),
        meetings_held=len(held),
        regions=_by_region(came),
        next_until=following.last_day if following else None,
    )


def crisis_undone(plan: Plan, correlation_id: str) -> contract.CrisisUndone:
    """Say that a crisis is as if it had never been."""
    return contract.CrisisUndone(correlation_id=correlation_id, crisis=_said(plan))


def _said(plan: Plan) -> contract.Crisis:
    return contract.Crisis(
        id=plan.crisis.id,
        series_id=plan.series.id,
        title=plan.series.title,
        reason=plan.crisis.reason,
        first_day=plan.crisis.first_day,
        last_day=plan.crisis.last_day,
        link=plan.crisis.rhythm(plan.series).link or "",
        meetings=_spans(plan.meetings),
        paused=_spans(plan.paused),
        staying=_spans(plan.staying),
        version=plan.crisis.version,
    )


def _spans(meetings: Sequence[Meeting]) -> tuple[contract.Span, ...]:
    return tuple(contract.Span(starts_at=meeting.starts_at, ends_at=meeting.ends_at) for meeting in meetings)


def _by_region(came: Iterable[Came]) -> tuple[contract.RegionThatCame, ...]:
    """List each organisation once, however often it came; a region that nobody knows comes last."""
    organisations = sorted({one.organisation for one in came}, key=lambda one: (one.name, one.id))
    regions = sorted({one.region for one in organisations}, key=lambda region: (region is None, region or ""))
    return tuple(
        contract.RegionThatCame(
            region=region, organisations=tuple(one.name for one in organisations if one.region == region)
        )
        for region in regions
    )
