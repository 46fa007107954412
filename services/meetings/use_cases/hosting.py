"""A town is proposed to host a meeting in person, asked, and named to whoever comes."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, hosts, storage
from ..domain import Meeting
from ..hosts import Exclusion, Proposal
from .changing import move_meeting


async def propose_host(conn: Connection, meeting_id: UUID) -> Proposal:
    """Say who could host a meeting, the fairest first; raise NotFound, NobodyTravels."""
    meeting = await storage.get_meeting(conn, meeting_id)
    hosts.check_in_person(meeting)
    excluded = await storage.list_exclusions(conn)
    candidates = hosts.candidates(
        await storage.towns_to_ask(conn),
        await storage.meetings_hosted(conn, but=meeting_id),
        [exclusion.town for exclusion in excluded],
        meeting.starts_at,
    )
    return Proposal(meeting.host_town, await storage.get_asked_town(conn, meeting_id), candidates, excluded)


async def choose_host(
    conn: Connection,
    meeting_id: UUID,
    town: str,
    *,
    place: str | None,
    address: str | None,
    correlation_id: str,
    now: datetime,
) -> Meeting:
    """Have a town host a meeting, tell whoever is asked to it, and ask the town; the same again changes nothing.

    Raises:
        NotFound, NobodyTravels, UnknownTown, TownIsExcluded, MeetingIsCancelled, MeetingHasBegun
    """
    await storage.lock_network(conn)
    meeting = await storage.get_meeting(conn, meeting_id)
    hosts.check_in_person(meeting)
    excluded = [exclusion.town for exclusion in await storage.list_exclusions(conn)]
    host = hosts.chosen(town, await storage.towns_to_ask(conn), excluded)
    change = hosts.hosted_by(meeting, host, place, address)
    meeting = await move_meeting(conn, meeting_id, change, correlation_id=correlation_id, now=now)
    if await storage.get_asked_town(conn, meeting_id) != host.name:
        await storage.keep_asked_town(conn, meeting_id, host.name)
        people = await storage.people_of_town(conn, host.name)
        await outbox.add(conn, announcements.host_asked(meeting, host.name, people, correlation_id))
    return meeting


async def exclude_town(conn: Connection, exclusion: Exclusion) -> None:
    """Ask a town no more to host, until it is included again; raise UnknownTown."""
    town = hosts.chosen(exclusion.town, await storage.towns_to_ask(conn), excluded=())
    await storage.keep_exclusion(conn, replace(exclusion, town=town.name))


async def include_town(conn: Connection, town: str) -> None:
    """Ask a town again; one that is not excluded stays as it is."""
    await storage.remove_exclusion(conn, town)
