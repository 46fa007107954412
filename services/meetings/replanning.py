"""What a change of a series, or its end, makes of the meetings that are planned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from shared.clock import local_day
from shared.errors import Invalid

from .domain import BeginsInThePast, Meeting, check_attendable, is_told_alike
from .matching import match_days
from .series import Series, SeriesChange

WHAT_DECIDES_THE_DAYS = {"recurrence", "starts_at", "minutes", "on_holiday"}
WHAT_MEETINGS_HAVE = {"mode", "place", "address", "host_town", "link", "agenda"}
LONGEST_MONTH = timedelta(days=31)


class ChangesThePast(Invalid):
    """What has been cannot be planned differently."""

    code = "changes_the_past"


class BeyondThePlan(Invalid):
    """Nothing is planned so far ahead."""

    code = "beyond_the_plan"


@dataclass(frozen=True, slots=True)
class Replanned:
    """What becomes of the meetings of a series, each as it then is; `changed` with the moment it began at before.

    `changed_by_hand` are those still to come that were left as they are. Of those `kept` nobody needs to be told: they
    stand for another day by the rule or have another agenda; of those `changed_while_paused` nobody is until
    they are held.
    """

    changed: list[tuple[Meeting, datetime]] = field(default_factory=list)
    added: list[Meeting] = field(default_factory=list)
    cancelled: list[Meeting] = field(default_factory=list)
    changed_by_hand: list[Meeting] = field(default_factory=list)
    kept: list[Meeting] = field(default_factory=list)
    changed_while_paused: list[Meeting] = field(default_factory=list)


def check_since(since: date, now: datetime, last: date = date.max) -> None:
    """Refuse a change or an end from a day on that has passed, or that lies after the last one planned."""
    if since < local_day(now):
        raise ChangesThePast("what has been stays as it was: name today or a later day", field="from")
    if since > last:
        raise BeyondThePlan(
            f"the series is planned up to and with {last}: name that day or an earlier one", field="from"
        )


def change_meetings(
    meetings: Mapping[date, Meeting],
    before: Series,
    after: Series,
    change: SeriesChange,
    *,
    since: date,
    reason: str | None,
    uid_domain: str,
    now: datetime,
) -> Replanned:
    """Say what a change from the day `since` on makes of the meetings of that day or later, given by day by the rule.

    Raises:
        BeginsInThePast, LinkIsMissing
    """
    described = {day: _described(meeting, change) for day, meeting in meetings.items()}
    if not change.keys() & WHAT_DECIDES_THE_DAYS:
        return _replanned(meetings, described, [], reason, now)
    held = _days_held(after, since, max([*meetings, after.plan_until(now)]))
    matched = match_days(meetings, held, before.recurrence, after.recurrence)
    wanted = {old: _timed(described[old], after, new, held[new]) for old, new in matched.items()}
    new = sorted(held.keys() - matched.values())
    added = [after.meeting(day, held[day], now, uid_domain) for day in new if day <= after.plan_until(now)]
    return _replanned(meetings, wanted, [meeting for meeting in added if meeting.starts_at > now], reason, now)


def at_another_link(meetings: Sequence[Meeting], link: str | None) -> list[tuple[Meeting, datetime]]:
    """List meetings online as they are held at another link, each with the moment it begins; raise LinkIsMissing."""
    for meeting in meetings:
        check_attendable(meeting.mode, link)
    return [(replace(meeting, link=link), meeting.starts_at) for meeting in meetings if meeting.link != link]


def cancelled_at_the_end(meetings: Iterable[Meeting], *, reason: str | None, keep_changed_by_hand: bool) -> Replanned:
    """Say what the end of a series makes of its meetings that would be held after it."""
    replanned = Replanned()
    for meeting in meetings:
        if meeting.changed_by_hand and keep_changed_by_hand:
            replanned.changed_by_hand.append(meeting)
        else:
            replanned.cancelled.append(_dropped(meeting, reason))
    return replanned


def _days_held(series: Series, since: date, until: date) -> dict[date, date]:
    """Return when the days by the rule are held, to the end of a month: a day's counterpart may come after it."""
    end_of_month = (until.replace(day=1) + LONGEST_MONTH).replace(day=1) - timedelta(days=1)
    return {day.occurrence: day.held for day in series.days(since, end_of_month) if day.held}


def _replanned(
    meetings: Mapping[date, Meeting],
    wanted: Mapping[date, Meeting],
    added: list[Meeting],
    reason: str | None,
    now: datetime,
) -> Replanned:
    replanned = Replanned(added=added)
    for day, meeting in meetings.items():
        then = wanted.get(day)
        if meeting.changed_by_hand or meeting.starts_at <= now or not _follows(meeting):
            if meeting.starts_at > now:
                replanned.changed_by_hand.append(meeting)
            if then and then.occurrence != day:
                replanned.kept.append(replace(meeting, occurrence=then.occurrence))
        elif then is None:
            replanned.cancelled.append(_dropped(meeting, reason))
        elif then == meeting:
            continue
        elif is_told_alike(then, meeting):
            replanned.kept.append(then)
        elif meeting.paused_by:
            replanned.changed_while_paused.append(then)
        else:
            _check(then, now)
            replanned.changed.append((then, meeting.starts_at))
    return replanned


def _follows(meeting: Meeting) -> bool:
    """Say whether a meeting follows its series: a paused one does too, as it will be held after all."""
    return meeting.status == "scheduled" or meeting.paused_by is not None


def _described(meeting: Meeting, change: SeriesChange) -> Meeting:
    described: dict[str, Any] = {name: value for name, value in change.items() if name in WHAT_MEETINGS_HAVE}
    return replace(meeting, **described)


def _timed(meeting: Meeting, series: Series, occurrence: date, held: date) -> Meeting:
    return replace(meeting, occurrence=occurrence, starts_at=series.begins(held), ends_at=series.ends(held))


def _dropped(meeting: Meeting, reason: str | None) -> Meeting:
    return replace(meeting, status="cancelled", reason=reason, occurrence=None, paused_by=None)


def _check(meeting: Meeting, now: datetime) -> None:
    if meeting.starts_at <= now:
        raise BeginsInThePast("the first meeting would have begun already: name a later day", field="from")
    check_attendable(meeting.mode, meeting.link)
