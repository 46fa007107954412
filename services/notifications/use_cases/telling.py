"""Everybody is told of a crisis, and who looks after a system what is out of step with it."""

from collections.abc import Sequence
from datetime import datetime

from shared.database.pool import Connection

from .. import storage
from ..crises import AboutCrises, ToTell, mail
from ..notices import AboutSystems, notice
from .newest import newest_of_crises
from .queueing import queue


async def tell_of_crises(conn: Connection, events: Sequence[AboutCrises], *, mail_domain: str, now: datetime) -> None:
    """Keep what was said last of each crisis, and mail it to everybody once."""
    await storage.take_turn(conn)
    newest = newest_of_crises(events)
    said_last = await storage.keep_crises(conn, list({event.crisis.id: event for event in newest}.values()))
    # First, so that no sender takes any of it after it was looked up who had been told.
    await storage.drop_crisis_mails(conn, said_last)
    for event in newest:
        if event.crisis.id in said_last:
            await storage.keep_crisis_people(conn, event)
    await tell(conn, await storage.people_to_tell(conn, said_last), mail_domain, now)


async def tell_owners(conn: Connection, events: Sequence[AboutSystems], *, mail_domain: str, now: datetime) -> None:
    """Mail who looks after a system what is out of step with it, once an episode."""
    await storage.take_turn(conn)
    await queue(conn, [notice(event) for event in events], mail_domain, now)


async def tell(conn: Connection, people: Sequence[ToTell], mail_domain: str, now: datetime) -> None:
    """Queue what some people are to be told of crises."""
    await queue(conn, [mail(told) for told in people], mail_domain, now)
