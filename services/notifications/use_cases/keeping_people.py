"""Who people are and for whom they act is kept, and they are mailed what waited for that."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shared.clock import local_day
from shared.contracts.membership import PersonUpdated
from shared.database.pool import Connection
from shared.messaging.inbox import newest

from .. import storage
from ..storage import AboutMandates, AboutMembers
from ..welcomes import welcome
from .hosting import mail_hosts_among
from .inviting import mail
from .queueing import queue
from .telling import tell


async def keep_people(conn: Connection, events: Sequence[PersonUpdated], *, mail_domain: str, now: datetime) -> None:
    """Keep who people are and how they are reached, and mail them what waited for that."""
    await storage.take_turn(conn)
    newest_of_each = newest(events, lambda event: event.person.id)
    changing = await storage.readers_of_another_language(conn, newest_of_each)
    await storage.keep_people(conn, newest_of_each)
    people = {event.person.id: event.correlation_id for event in events}
    if changing:
        await storage.translate_waiting(conn, changing)
    await storage.readdress_welcomes(conn, people, now)
    await storage.readdress_crisis_mails(conn, people, local_day(now), now)
    await _welcome(conn, people, mail_domain, now)
    await tell(conn, await storage.crises_to_tell(conn, people, local_day(now)), mail_domain, now)
    invitations = await storage.invitations_of(conn, people)
    await mail(conn, {(meeting, person): people[person] for meeting, person in invitations}, mail_domain, now)
    await mail_hosts_among(conn, people, mail_domain, now)


async def keep_members(conn: Connection, events: Sequence[AboutMembers], *, mail_domain: str, now: datetime) -> None:
    """Keep who is a member, and welcome who acts for one that was not known yet."""
    await storage.take_turn(conn)
    await storage.keep_members(conn, newest(events, lambda event: event.organisation.id))
    members = {event.organisation.id: event.correlation_id for event in events}
    acting = await storage.people_of_members(conn, members)
    people = {person: members[organisation] for organisation, person in acting}
    await _welcome(conn, people, mail_domain, now)
    await mail_hosts_among(conn, people, mail_domain, now)


async def keep_mandates(conn: Connection, events: Sequence[AboutMandates], *, mail_domain: str, now: datetime) -> None:
    """Keep who acts for whom, and welcome whoever does so for the first time."""
    await storage.take_turn(conn)
    await storage.keep_mandates(conn, newest(events, lambda event: event.mandate.id))
    people = {event.mandate.person_id: event.correlation_id for event in events}
    await _welcome(conn, people, mail_domain, now)
    await mail_hosts_among(conn, people, mail_domain, now)


async def _welcome(conn: Connection, people: Mapping[UUID, str], mail_domain: str, now: datetime) -> None:
    """Welcome who is to be welcomed of some people, each with the correlation id of what happened to it."""
    newcomers = await storage.newcomers(conn, people)
    await queue(conn, [welcome(each, people[each.person_id]) for each in newcomers], mail_domain, now)
