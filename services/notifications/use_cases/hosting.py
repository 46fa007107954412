"""Who is asked to host a meeting is mailed of it, and of what becomes of that."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.meetings import HostAsked
from shared.database.pool import Connection

from .. import storage
from ..domain import Draft
from ..hosts import about_hosting
from ..storage import Touched, WithMeeting
from .newest import newest_meetings
from .queueing import queue


async def ask_hosts(conn: Connection, events: Sequence[HostAsked], *, mail_domain: str, now: datetime) -> None:
    """Keep who is asked to host a meeting, and ask them."""
    await storage.take_turn(conn)
    await storage.keep_meetings(conn, newest_meetings(events))
    await storage.keep_hosts(conn, events)
    await mail_hosts_of(conn, events, mail_domain, now)


async def mail_hosts_of(conn: Connection, events: Iterable[WithMeeting], mail_domain: str, now: datetime) -> None:
    """Queue what is due to who was asked to host the meetings that events speak of."""
    heard = {event.meeting.id: event.correlation_id for event in events}
    hosts = await storage.asked_to_host(conn, meetings=heard)
    await _mail_hosts(conn, {(meeting, person): heard[meeting] for meeting, person in hosts}, mail_domain, now)


async def mail_hosts_among(conn: Connection, people: Mapping[UUID, str], mail_domain: str, now: datetime) -> None:
    """Queue and take back what is due of hosting to some people, each with what brought that about."""
    hosts = await storage.asked_to_host(conn, people=people)
    await _mail_hosts(conn, {(meeting, person): people[person] for meeting, person in hosts}, mail_domain, now)


async def _mail_hosts(conn: Connection, touched: Touched, mail_domain: str, now: datetime) -> None:
    """Queue what is due to who was asked to host, and take back what is due no longer."""
    if not touched:
        return
    mailed = await storage.told_of_hosting(conn, touched)
    obsolete: list[int] = []
    drafts: list[Draft] = []
    for host in await storage.hosts(conn, touched):
        stale, new = about_hosting(host, mailed.get((host.meeting_id, host.person_id), []), now)
        obsolete += stale
        drafts += new
    await storage.mark_obsolete(conn, obsolete)
    await queue(conn, drafts, mail_domain, now)
