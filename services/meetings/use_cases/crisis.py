"""A series turns to crisis cadence and back, in one act each, and everybody is told once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from shared.clock import local_day, midnight
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, crisis_announcements, storage
from ..crisis import Crisis, CrisisHasBegun, CrisisHasNotBegun, NothingToMeetFor, paused, resumed
from ..crisis_announcements import Plan
from ..domain import Meeting
from .answering import free_places_of_the_uninvited
from .changing import revise
from .inviting import reconcile


async def start_crisis(
    conn: Connection, crisis: Crisis, *, uid_domain: str, correlation_id: str, now: datetime
) -> Plan:
    """Turn a series to crisis cadence, and say the whole plan once; the planner invites to the next meeting.

    Raises:
        NotFound, CrisesOverlap, and what Crisis.check raises
    """
    group_id = await storage.lock_network(conn)
    series = await storage.get_series(conn, crisis.series_id)
    crisis.check(series, now)
    await storage.add_crisis(conn, crisis)
    await storage.add_meetings(conn, crisis.meetings(series, crisis.first_day, now, uid_domain))
    await _pause(conn, crisis, crisis.first_day, correlation_id, now)
    plan = await get_plan(conn, crisis, now)
    people = await storage.people_in_group(conn, group_id)
    await outbox.add(conn, crisis_announcements.crisis_started(plan, people, correlation_id))
    return plan


async def extend_crisis(
    conn: Connection, crisis_id: UUID, until: date, *, uid_domain: str, correlation_id: str, now: datetime
) -> Plan:
    """Have a crisis last longer, and say the whole plan once.

    Raises:
        NotFound, CrisisIsOver, NoExtension, NothingToMeetFor, CrisesOverlap, BeyondThePlan, LastsTooLong
    """
    group_id = await storage.lock_network(conn)
    before = await storage.get_crisis(conn, crisis_id)
    before.check_running(now)
    series = await storage.get_series(conn, before.series_id)
    crisis = before.extended(until)
    crisis.check_last_day(series)
    since = before.last_day + timedelta(days=1)
    further = list(crisis.meetings(series, since, now, uid_domain))
    if not further:
        raise NothingToMeetFor(f"no meeting would be held from {since} on: name a later day", field="until")
    await storage.keep_crisis(conn, crisis)
    await storage.add_meetings(conn, further)
    await _pause(conn, crisis, since, correlation_id, now)
    plan = await get_plan(conn, crisis, now)
    people = await storage.people_in_group(conn, group_id)
    await outbox.add(conn, crisis_announcements.crisis_extended(plan, people, correlation_id))
    return plan


async def end_crisis(conn: Connection, crisis_id: UUID, *, correlation_id: str, now: datetime) -> Plan:
    """End a crisis today: its meetings to come are cancelled, what it paused is held; the planner sums it up tomorrow.

    Raises:
        NotFound, CrisisIsOver, CrisisHasNotBegun
    """
    group_id = await storage.lock_network(conn)
    before = await storage.get_crisis(conn, crisis_id)
    before.check_running(now)
    if local_day(now) < before.first_day:
        raise CrisisHasNotBegun(f"it begins on {before.first_day}: undo it")
    crisis = before.ended(local_day(now))
    await storage.keep_crisis(conn, crisis)
    await _return_to_normal(conn, crisis, group_id, correlation_id, now)
    return await get_plan(conn, crisis, now)


async def undo_crisis(conn: Connection, crisis_id: UUID, *, correlation_id: str, now: datetime) -> Plan:
    """Take back a crisis that was started by mistake, as if it had never been.

    Raises:
        NotFound, CrisisIsOver, CrisisHasBegun
    """
    group_id = await storage.lock_network(conn)
    before = await storage.get_crisis(conn, crisis_id)
    before.check_running(now)
    if any(meeting.starts_at <= now for meeting in await storage.meetings_of_crisis(conn, crisis_id)):
        raise CrisisHasBegun("a meeting of it has been held: end it instead")
    return await take_back(conn, before.undone(), group_id, correlation_id, now)


async def take_back(conn: Connection, crisis: Crisis, group_id: UUID, correlation_id: str, now: datetime) -> Plan:
    """Have it be as if a crisis, undone by now, had never been, and say so."""
    await storage.keep_crisis(conn, crisis)
    await _return_to_normal(conn, crisis, group_id, correlation_id, now)
    plan = await get_plan(conn, crisis, now)
    await outbox.add(conn, crisis_announcements.crisis_undone(plan, correlation_id))
    return plan


async def sum_up_crises(conn: Connection, group_id: UUID, correlation_id: str, now: datetime) -> None:
    """Say what the crises came to that have ended, by themselves or early; the caller holds the group."""
    for crisis in await storage.crises_to_sum_up(conn):
        if crisis.is_due(now):
            await _sum_up(conn, crisis.over(), group_id, correlation_id, now)


async def pause_meetings(
    conn: Connection, crisis: Crisis, meetings: Iterable[Meeting], correlation_id: str, now: datetime
) -> list[Meeting]:
    """Cancel some meetings for as long as a crisis lasts, and return them as they then are."""
    revised = [await revise(conn, paused(meeting, crisis), now) for meeting in meetings]
    await _say_cancelled(conn, revised, correlation_id)
    return revised


async def get_plan(conn: Connection, crisis: Crisis, now: datetime) -> Plan:
    """Return what a crisis makes of its series from now on."""
    begins, is_over = crisis.span
    held = await storage.meetings_of_crisis(conn, crisis.id)
    return Plan(
        crisis=crisis,
        series=await storage.get_series(conn, crisis.series_id),
        meetings=[meeting for meeting in held if meeting.starts_at > now],
        paused=await storage.paused_meetings(conn, crisis.id),
        staying=await storage.normal_meetings(conn, crisis.series_id, max(begins, now), is_over),
    )


async def _sum_up(conn: Connection, crisis: Crisis, group_id: UUID, correlation_id: str, now: datetime) -> None:
    """Sum up what was held; a meeting that somebody has moved past the last day stays, and counts no more."""
    await storage.keep_crisis(conn, crisis)
    await _hold_what_was_paused(conn, crisis, group_id, correlation_id, now)
    held = [meeting for meeting in await storage.meetings_of_crisis(conn, crisis.id) if meeting.starts_at <= now]
    came = await storage.organisations_that_came(conn, [meeting.id for meeting in held])
    plan = await get_plan(conn, crisis, now)
    people = await storage.people_in_group(conn, group_id)
    following = await storage.find_crisis_on(conn, crisis.series_id, local_day(now))
    await outbox.add(conn, crisis_announcements.crisis_ended(plan, people, held, came, following, correlation_id))


async def _pause(conn: Connection, crisis: Crisis, since: date, correlation_id: str, now: datetime) -> None:
    """Cancel, for as long as the crisis lasts, the other meetings of its days from one on, where it pauses them."""
    if not crisis.pauses:
        return
    _, is_over = crisis.span
    meetings = await storage.normal_meetings(conn, crisis.series_id, max(midnight(since), now), is_over)
    await pause_meetings(conn, crisis, meetings, correlation_id, now)


async def _return_to_normal(
    conn: Connection, crisis: Crisis, group_id: UUID, correlation_id: str, now: datetime
) -> None:
    """Cancel the meetings of a crisis that are to come, and hold what it paused and is to come."""
    held = await storage.meetings_of_crisis(conn, crisis.id)
    dropped = [replace(meeting, status="cancelled") for meeting in held if meeting.starts_at > now]
    await _say_cancelled(conn, [await revise(conn, meeting, now) for meeting in dropped], correlation_id)
    await _hold_what_was_paused(conn, crisis, group_id, correlation_id, now)


async def _hold_what_was_paused(
    conn: Connection, crisis: Crisis, group_id: UUID, correlation_id: str, now: datetime
) -> None:
    held = []
    for meeting in await storage.paused_meetings(conn, crisis.id):
        if meeting.starts_at > now:
            held.append(await revise(conn, resumed(meeting), now))
        else:
            await storage.keep_meeting(conn, replace(meeting, paused_by=None))
    people = await storage.people_in_group(conn, group_id)
    await reconcile(conn, dict.fromkeys(people, correlation_id), now)
    await free_places_of_the_uninvited(conn, [meeting.id for meeting in held], correlation_id)


async def _say_cancelled(conn: Connection, meetings: Sequence[Meeting], correlation_id: str) -> None:
    await outbox.add(conn, *(announcements.meeting_cancelled(meeting, correlation_id) for meeting in meetings))
