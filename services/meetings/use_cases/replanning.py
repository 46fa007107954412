"""A series is changed or ended from a day on: its meetings follow in place, and whoever is asked to them is told."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from shared.clock import midnight
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, replanning, storage
from ..replanning import Replanned
from ..series import SeriesChange
from .answering import follow_mode
from .changing import revise
from .crises_of_series import end_crises_with_series, meetings_at_its_link, pause_within_crises
from .planning import plan_days


async def change_series(
    conn: Connection,
    series_id: UUID,
    change: SeriesChange,
    *,
    since: date,
    reason: str | None,
    uid_domain: str,
    correlation_id: str,
    now: datetime,
) -> Replanned:
    """Change a series from a day on, and with it each meeting that nobody changed by hand; each is said once.

    The same change a second time changes nothing.

    Raises:
        NotFound, ChangesThePast, BeyondThePlan, BeginsInThePast, and what Series.check raises
    """
    await storage.lock_network(conn)
    before = await storage.get_series(conn, series_id)
    replanning.check_since(since, now, before.plan_until(now))
    await plan_days(conn, before, uid_domain, now)
    after = replace(before, **change)
    after.check()
    if "recurrence" in change:
        after.check_single_day(since)
    # What a longer horizon adds to the plan has no meetings yet.
    planned_until = min(before.plan_until(now), after.plan_until(now))
    await storage.keep_series(conn, replace(after, planned_until=planned_until))
    replanned = replanning.change_meetings(
        await storage.meetings_by_day(conn, series_id, since),
        before,
        after,
        change,
        since=since,
        reason=reason,
        uid_domain=uid_domain,
        now=now,
    )
    if "mode" in change:
        capacity = await storage.get_series_capacity(conn, series_id)
        await storage.keep_series_capacity(conn, series_id, capacity.within(after.mode))
        followed = [*(meeting for meeting, _ in replanned.changed), *replanned.changed_while_paused]
        await follow_mode(conn, followed, correlation_id=correlation_id)
    if "link" in change:
        replanned.changed.extend(
            replanning.at_another_link(await meetings_at_its_link(conn, before, since, now), after.link)
        )
    return await _carry_out_in_crises(conn, replanned, series_id, correlation_id, now)


async def end_series(
    conn: Connection,
    series_id: UUID,
    *,
    since: date,
    reason: str | None,
    keep_changed_by_hand: bool,
    correlation_id: str,
    now: datetime,
) -> Replanned:
    """End a series before a day with its crises, and cancel its meetings of that day or later.

    A second time changes nothing.

    Raises:
        NotFound, ChangesThePast
    """
    group_id = await storage.lock_network(conn)
    series = await storage.get_series(conn, series_id)
    replanning.check_since(since, now)
    await storage.keep_series(conn, series.ended(since))
    replanned = replanning.cancelled_at_the_end(
        await storage.meetings_to_come(conn, series_id, max(midnight(since), now)),
        reason=reason,
        keep_changed_by_hand=keep_changed_by_hand,
    )
    carried_out = await _carry_out(conn, replanned, correlation_id, now)
    await end_crises_with_series(conn, series_id, since, group_id, correlation_id, now)
    return carried_out


async def _carry_out_in_crises(
    conn: Connection, replanned: Replanned, series_id: UUID, correlation_id: str, now: datetime
) -> Replanned:
    """Carry a change out, but pause what it brings into the days of a crisis that pauses the meetings of its series."""
    done = await _carry_out(conn, replanned, correlation_id, now)
    normal = [meeting for meeting, _ in done.changed if meeting.crisis_id is None]
    paused = await pause_within_crises(conn, series_id, [*normal, *done.added], correlation_id, now)
    return replace(
        done,
        changed=[(paused.get(meeting.id, meeting), began) for meeting, began in done.changed],
        added=[paused.get(meeting.id, meeting) for meeting in done.added],
    )


async def _carry_out(conn: Connection, replanned: Replanned, correlation_id: str, now: datetime) -> Replanned:
    """Keep what becomes of the meetings and say so; return it with the revisions that this took."""
    cancelled = [await revise(conn, meeting, now) for meeting in replanned.cancelled]
    for meeting in replanned.kept:
        await storage.keep_meeting(conn, meeting)
    for meeting in replanned.changed_while_paused:
        await revise(conn, meeting, now)
    changed = [(await revise(conn, meeting, now), began) for meeting, began in replanned.changed]
    await storage.add_meetings(conn, replanned.added)
    await outbox.add(
        conn,
        *(announcements.meeting_cancelled(meeting, correlation_id) for meeting in cancelled),
        *(announcements.meeting_rescheduled(meeting, began, correlation_id) for meeting, began in changed),
    )
    return replace(replanned, cancelled=cancelled, changed=changed)
