"""What is heard of the network is kept, and who has come to it is asked and told what everybody else was."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, crisis_announcements, storage
from ..network import Mandate, Member
from .crisis import get_plan
from .inviting import reconcile

# People, each with the correlation id of what happened to them.
Concerned = Mapping[UUID, str]


async def follow_the_network(
    conn: Connection, *, members: Sequence[Member], mandates: Sequence[Mandate], now: datetime
) -> None:
    """Keep who is a member and who acts for it; invite or withdraw, and tell, the people whom that concerns."""
    group_id = await storage.lock_network(conn)
    concerned = await storage.people_concerned(conn, members, mandates)
    before = await storage.people_in_group(conn, group_id)
    await storage.keep_members(conn, members)
    await storage.keep_mandates(conn, mandates)
    come = concerned.keys() & set(await storage.people_in_group(conn, group_id)) - set(before)
    await _tell_of_running_crises(conn, {person: concerned[person] for person in sorted(come)}, now)
    await reconcile(conn, concerned, now)
    await _ask_to_host(conn, concerned, now)


async def _tell_of_running_crises(conn: Connection, newcomers: Concerned, now: datetime) -> None:
    """Say the plan of each crisis that lasts or is to come to who has just come to the group."""
    if not newcomers:
        return
    plans = [await get_plan(conn, crisis, now) for crisis in await storage.running_crises(conn)]
    together: dict[str, list[UUID]] = {}
    for person, cause in newcomers.items():
        together.setdefault(cause, []).append(person)
    await outbox.add(
        conn,
        *(
            crisis_announcements.crisis_started(plan, people, cause)
            for plan in plans
            if plan.meetings
            for cause, people in together.items()
        ),
    )


async def _ask_to_host(conn: Connection, concerned: Concerned, now: datetime) -> None:
    """Ask those who act for a town that was asked to host a meeting."""
    await outbox.add(
        conn,
        *(
            announcements.host_asked(meeting, town, [person], concerned[person])
            for meeting, town, person in await storage.hosts_among(conn, concerned, now)
        ),
    )
