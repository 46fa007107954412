"""What meetings does: plans, invites whoever is in the network now, moves and cancels; each in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection
from shared.messaging import outbox

from . import announcements, domain, storage
from .domain import Change, Invitation, Meeting
from .network import Mandate, Member, Person
from .series import Series


async def create_series(conn: Connection, series: Series, *, uid_domain: str, now: datetime) -> None:
    """Keep a new series and plan its meetings; the planner invites to them once they come inside the horizon."""
    series.check()
    group_id = await storage.lock_network(conn)
    await storage.add_series(conn, group_id, series)
    await _plan(conn, series, uid_domain, now)


async def anything_due(conn: Connection, now: datetime) -> bool:
    """Say, cheaply, whether time has made anything due."""
    if any(series.is_due(now) for series in await storage.list_series(conn)):
        return True
    return await storage.meeting_is_due(conn, now)


async def follow_the_calendar(conn: Connection, *, uid_domain: str, correlation_id: str, now: datetime) -> None:
    """Do what time has made due: plan further days, mark what has begun, invite to what came inside its horizon."""
    group_id = await storage.lock_network(conn)
    for series in await storage.list_series(conn):
        await _plan(conn, series, uid_domain, now)
    await storage.mark_begun(conn, now)
    if await storage.mark_opened(conn, now):
        people = await storage.people_in_group(conn, group_id)
        await _reconcile(conn, dict.fromkeys(people, correlation_id), now)


async def follow_the_network(
    conn: Connection, *, members: Sequence[Member], mandates: Sequence[Mandate], now: datetime
) -> None:
    """Keep who is a member and who acts for it, and invite or withdraw the people whom that concerns."""
    await storage.lock_network(conn)
    concerned = await storage.people_concerned(conn, members, mandates)
    await storage.keep_members(conn, members)
    await storage.keep_mandates(conn, mandates)
    await _reconcile(conn, concerned, now)


async def keep_people(conn: Connection, people: Sequence[Person]) -> None:
    """Keep what people are called and which language they read."""
    await storage.keep_people(conn, people)


async def move_meeting(
    conn: Connection, meeting_id: UUID, change: Change, *, correlation_id: str, now: datetime
) -> Meeting:
    """Give a meeting another time or place and say so once; the same change a second time changes nothing."""
    await storage.lock_network(conn)
    before = await storage.get_meeting(conn, meeting_id)
    moved = domain.move(before, change, now)
    if moved == before:
        return before
    moved = await _revise(conn, moved, now)
    await outbox.add(conn, announcements.meeting_rescheduled(moved, before.starts_at, correlation_id))
    return moved


async def cancel_meeting(
    conn: Connection, meeting_id: UUID, reason: str | None, *, correlation_id: str, now: datetime
) -> Meeting:
    """Cancel a meeting and say so once; a second time changes nothing."""
    await storage.lock_network(conn)
    before = await storage.get_meeting(conn, meeting_id)
    cancelled = domain.cancel(before, reason, now)
    if cancelled == before:
        return before
    cancelled = await _revise(conn, cancelled, now)
    await outbox.add(conn, announcements.meeting_cancelled(cancelled, correlation_id))
    return cancelled


async def _plan(conn: Connection, series: Series, uid_domain: str, now: datetime) -> None:
    if series.is_due(now):
        await storage.add_meetings(conn, series.unplanned_meetings(now, uid_domain))
        await storage.mark_planned(conn, series.id, series.plan_until(now))


async def _revise(conn: Connection, changed: Meeting, now: datetime) -> Meeting:
    """Keep a changed meeting with a revision above all that any reader was told, and hand that to who is asked."""
    revised = domain.revise(changed, await storage.highest_revision(conn, changed.id), now)
    await storage.keep_meeting(conn, revised)
    await storage.revise_standing(conn, revised)
    return revised


async def _reconcile(conn: Connection, concerned: Mapping[UUID, str], now: datetime) -> None:
    """Make the invitations of some people agree with who is in the group now, and say what that took.

    `concerned` names for each person the correlation id of what brought this about.
    """
    meetings = {meeting.id: meeting for meeting in await storage.open_meetings(conn, now)}
    if not meetings or not concerned:
        return
    issued = [
        domain.invite_again(meetings[meeting_id], withdrawn, now)
        if withdrawn
        else domain.invite(meetings[meeting_id], person_id, now)
        for meeting_id, person_id, withdrawn in await storage.missing_invitations(conn, meetings, concerned)
    ]
    surplus = await storage.surplus_invitations(conn, meetings, concerned)
    withdrawn = [domain.withdraw(invitation, now) for invitation in surplus]
    await storage.keep_invitations(conn, [*issued, *withdrawn])
    await _announce(conn, meetings, issued, withdrawn, concerned)


async def _announce(
    conn: Connection,
    meetings: Mapping[UUID, Meeting],
    issued: Sequence[Invitation],
    withdrawn: Sequence[Invitation],
    concerned: Mapping[UUID, str],
) -> None:
    said = {meeting.id: announcements.said(meeting) for meeting in meetings.values()}
    await outbox.add(
        conn,
        *(announcements.invitation_issued(i, said[i.meeting_id], concerned[i.person_id]) for i in issued),
        *(announcements.invitation_withdrawn(i, said[i.meeting_id], concerned[i.person_id]) for i in withdrawn),
    )
