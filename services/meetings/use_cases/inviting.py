"""Invitations follow who is in the network: the difference is issued or withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, domain, storage
from ..domain import Invitation, Meeting
from ..network import Person
from .answering import free_places


async def keep_people(conn: Connection, people: Sequence[Person]) -> None:
    """Keep what people are called and which language they read."""
    await storage.keep_people(conn, people)


async def reconcile(conn: Connection, concerned: Mapping[UUID, str], now: datetime) -> None:
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
    await free_places(conn, withdrawn, concerned)
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
