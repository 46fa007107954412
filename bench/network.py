"""The network of `latency`: members without contacts, one meeting that is to come, and one contact after another."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import aio_pika

from deploy.local.demo.messages import Message, contact_appointed, organisation_joined
from deploy.local.demo.operator import operator
from deploy.local.demo.planning import ONLINE, Planning
from deploy.local.demo.register import Contact, Member
from deploy.local.errors import patience

from .ours import OurServices
from .servers import ANSWERS, Servers
from .upstream import Register
from .verdict import WrongEnd

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 60
DOMAIN = "town.example"


async def plan_one_meeting(services: OurServices) -> None:
    """Plan a series of one meeting next month, inside its horizon."""
    first_day = _first_of_next_month(datetime.now(UTC).date())
    last_day = _first_of_next_month(first_day) - timedelta(days=1)
    series = {**ONLINE, "until": last_day.isoformat()}
    async with operator(services.url("meetings"), services.operator_token) as client:
        planned = await Planning(client).create_series(series, first_day)
    if len(planned.open_meetings(datetime.now(UTC))) != 1:
        raise WrongEnd(f"{len(planned.meetings)} meetings were planned, and not one")


async def join(reporting: Register, servers: Servers, members: int) -> None:
    """Have so many members join, none with a contact, and wait until all are answered."""
    now = datetime.now(UTC)
    since = now.date() - timedelta(days=300)
    await reporting.publish([organisation_joined(member(number), since, now) for number in range(members)])
    async with (
        patience(PATIENCE_SECONDS, lambda: "not every member was taken in"),
        await aio_pika.connect(servers.amqp_url("operator")) as connection,
    ):
        channel = await connection.channel()
        while (await channel.get_queue(ANSWERS)).declaration_result.message_count != members:
            await asyncio.sleep(LOOK_SECONDS)


def member(number: int) -> Member:
    """Return one member, the same each time."""
    key = f"town-{number:05d}"
    return Member(key, f"Handelsstandsforeningen {number}", "association", f"By {number}", "259", "Sjælland", ())


def appointment(number: int, occasion: str) -> tuple[Message, str]:
    """Have somebody new act for a member; return what the register reports, and the address of the new contact."""
    found, now = member(number), datetime.now(UTC)
    key = f"{found.key}-{occasion}"
    contact = Contact(key, "Søren Ærøskøbing", f"{key}@{DOMAIN}", "contact", "Citychef", "da")
    return contact_appointed(found, contact, now.date() - timedelta(days=1), now), contact.email


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
