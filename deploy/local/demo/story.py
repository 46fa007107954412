"""The story of the demo, told to a running stack: everybody joins, then four things change, one after the other."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import httpx

from shared.clock import local_day, utc_now

from ..progress import say
from . import messages
from .arrivals import Arrivals, until_all_arrived
from .display import counting
from .door import Door
from .expected import ExpectedEmails
from .planning import IN_PERSON, ONLINE, Meeting, Planning
from .register import Member, members, successor

LEAVES = "Ribe"
REPLACES = "Køge"
MEMBER_SINCE = date(2020, 3, 12)


@dataclass
class Story:
    """Tells it through the doors that the platform has for others, and keeps account of what must come of it."""

    door: Door
    planning: Planning
    notifications: httpx.AsyncClient
    arrivals: Arrivals
    members: list[Member] = field(default_factory=members)
    expected: ExpectedEmails = field(default_factory=ExpectedEmails)
    published: int = 0
    due: int = 0
    began: datetime = field(default_factory=utc_now)

    async def tell(self) -> None:
        """Tell it from beginning to end; each change waits until the e-mails of the one before are in."""
        online, in_person = await self.everybody_joins()
        if (
            await self.all_arrived()
            and await self.one_meeting_moves(in_person)
            and await self.one_meeting_is_cancelled(online)
            and await self.one_town_leaves()
        ):
            await self.one_contact_is_replaced()

    async def everybody_joins(self) -> tuple[list[Meeting], list[Meeting]]:
        """Report every member and plan both series; returns the meetings that people are asked to."""
        contacts = sum(len(member.contacts) for member in self.members)
        say(f"The register reports {len(self.members)} members with {contacts} contacts, and two series are planned.")
        self.began = utc_now()
        await self.report(*(messages.organisation_joined(member, MEMBER_SINCE, utc_now()) for member in self.members))
        for member in self.members:
            self.expected.appointed(member, member.contacts)
        return await self.plan(ONLINE), await self.plan(IN_PERSON)

    async def one_meeting_moves(self, in_person: list[Meeting]) -> bool:
        """Hold the first meeting in person a day later, elsewhere in the town."""
        meeting = in_person[0]
        later = meeting.starts_at + timedelta(days=1)
        say(f"{_named(meeting)} moves to {later:%A %-d %B} and to another place.")
        self.expected.rescheduled(await self.planning.move(meeting, later, place="Hotel Svendborg, Centrumpladsen 1"))
        return await self.all_arrived()

    async def one_meeting_is_cancelled(self, online: list[Meeting]) -> bool:
        """Cancel the second meeting online."""
        meeting = online[1]
        say(f"{_named(meeting)} is cancelled.")
        self.expected.cancelled(await self.planning.cancel(meeting, "Mødelederen er syg, og dagsordenen kan vente."))
        return await self.all_arrived()

    async def one_town_leaves(self) -> bool:
        """Report that a member left; the contact that it shares stays invited for the other town."""
        member = self._member_of(LEAVES)
        say(f"{member.town} leaves the network.")
        await self.report(messages.organisation_left(member, self._today(), utc_now()))
        self.expected.departed(member, member.contacts)
        return await self.all_arrived()

    async def one_contact_is_replaced(self) -> bool:
        """Report that a contact departed and who was appointed instead."""
        member = self._member_of(REPLACES)
        departed, appointed = member.contacts[0], successor(member)
        say(f"{member.town} has a new contact: {appointed.name} follows {departed.name}.")
        await self.report(
            messages.contact_departed(member, departed, self._today(), utc_now()),
            messages.contact_appointed(member, appointed, self._today(), utc_now()),
        )
        self.expected.departed(member, [departed])
        self.expected.appointed(member, [appointed])
        return await self.all_arrived()

    async def report(self, *reported: messages.Message) -> None:
        """Publish messages and count them."""
        await self.door.publish(reported)
        self.published += len(reported)

    async def plan(self, series: dict[str, object]) -> list[Meeting]:
        """Create a series from tomorrow on; returns the meetings that people are asked to."""
        tomorrow = self._today() + timedelta(days=1)
        created = await self.planning.create_series(series, tomorrow)
        opened = created.open_meetings(datetime.now(UTC))
        self.expected.meetings_opened(opened)
        return opened

    async def all_arrived(self) -> bool:
        """Wait for every e-mail that was due so far, and show how many of the latest have come."""
        before, self.due = self.due, self.expected.emails.total()
        with counting(self.due - before) as show:
            return await until_all_arrived(
                self.arrivals, self.due, self.notifications, lambda count: show(max(0, count - before))
            )

    def _member_of(self, town: str) -> Member:
        return next(member for member in self.members if member.town == town)

    def _today(self) -> date:
        return local_day(utc_now())


def _named(meeting: Meeting) -> str:
    return f"{meeting.title} on {meeting.starts_at:%A %-d %B}"
