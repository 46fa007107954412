"""The notifications service on a real database, hearing what tests say; and a far SMTP server that may misbehave."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.notifications import use_cases
from services.notifications.delivery import Delivery
from services.notifications.domain import Topic
from services.notifications.links import Links
from services.notifications.smtp import USUAL, Limits, Server, connections
from services.notifications.subscribers import subscribe
from services.notifications.writing.dkim import Signer
from services.notifications.writing.writer import Writer
from shared.contracts.event import Event
from shared.contracts.notifications import MutableTopic
from shared.database.pool import Database
from shared.messaging.cloudevents import Heard
from shared.messaging.inbox import Inbox
from tests.notifications.builders import (
    NOW,
    MeetingStory,
    mandate_started,
    organisation_joined,
    person_updated,
)
from tests.notifications.far_server import FarServer, far_server
from tests.notifications.samples import LETTERHEAD
from tests.support.eventually import eventually

LINKS = Links(
    "https://post.netvaerk.example",
    "a secret of thirty-two characters",
    meetings_url="https://post.netvaerk.example/meetings",
    answer_secret="another secret of thirty-two characters",
)


class Listening(Protocol):
    """A far server, of whatever kind."""

    @property
    def url(self) -> str: ...


@dataclass
class Service:
    """Notifications at a moment that a test chooses."""

    database: Database
    journals: Path
    now: datetime = NOW
    signer: Signer | None = None
    limits: Limits = USUAL
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox("notifications", self.database, "amqp://127.0.0.1")
        subscribe(self.inbox, LETTERHEAD.mail_domain, self.clock)

    def clock(self) -> datetime:
        return self.now

    async def hear(self, *events: Event) -> None:
        """Hear events for the first time, all in one group."""
        await self.hear_group([Heard("/test", str(uuid4()), event) for event in events])

    async def hear_group(self, group: Sequence[Heard[Event]]) -> None:
        async with self.database.transaction() as conn:
            await self.inbox.apply(conn, group)

    async def mute(self, person_id: UUID, topic: MutableTopic = "invitations") -> None:
        async with self.database.transaction() as conn:
            await use_cases.mute(conn, person_id, topic, correlation_id="choose", now=self.now)

    async def unmute(self, person_id: UUID, topic: MutableTopic = "invitations") -> None:
        async with self.database.transaction() as conn:
            await use_cases.unmute(conn, person_id, topic, correlation_id="choose", now=self.now)

    async def emails(self) -> list[asyncpg.Record]:
        """All e-mails in the order in which they were queued."""
        async with self.database.connection() as conn:
            return await conn.fetch(
                """
                SELECT e.*, f.facts, f.language FROM emails AS e JOIN frames AS f ON f.id = e.frame_id ORDER BY e.id
                """
            )

    async def fates(self) -> list[tuple[str, str]]:
        """(kind, state) of all e-mails in the order in which they were queued."""
        return [(email["kind"], email["state"]) for email in await self.emails()]

    async def set_state(self, state: str, *, may_have_arrived: bool) -> None:
        """Pretend that a sender did this to every e-mail that waits."""
        async with self.database.connection() as conn:
            await conn.execute(
                "UPDATE emails SET state = $1, may_have_arrived = $2, attempts = 1 WHERE state = 'queued'",
                state,
                may_have_arrived,
            )

    async def all_sent(self) -> None:
        """Pretend that every e-mail that waits was accepted by the far server."""
        await self.set_state("sent", may_have_arrived=True)

    def delivery(self, server: Listening, sender: str = "sender-1") -> Delivery:
        """Return the part that sends, not yet started."""
        connect = connections(Server.read(server.url), LETTERHEAD.mail_domain, "pipelined", self.limits)
        writer = Writer(LETTERHEAD, LINKS, self.signer)
        return Delivery(self.database, connect, writer, sender, self.journals, self.clock)

    async def deliver(self, server: Listening, sender: str = "sender-1", *, within: float = 10.0) -> None:
        """Send until nothing is due."""
        delivery = self.delivery(server, sender)
        await delivery.start()
        try:
            await eventually(self.nothing_due, within=within)
        finally:
            await delivery.stop()

    async def nothing_due(self) -> bool:
        async with self.database.connection() as conn:
            due = await conn.fetchval(
                """
                SELECT count(*)
                  FROM emails
                 WHERE state = 'sending'
                    OR state = 'queued'
                       AND next_attempt_at <= $1
                       AND topic NOT IN (SELECT topic FROM held_now)
                """,
                self.now,
            )
            return bool(due == 0)

    async def release(self, topic: Topic) -> None:
        async with self.database.transaction() as conn:
            await use_cases.release_topic(conn, topic, self.now)

    def later(self, delay: timedelta) -> None:
        self.now += delay


@pytest.fixture
async def service(notifications_database: Database, tmp_path: Path) -> Service:
    return Service(notifications_database, tmp_path / "journals")


@pytest.fixture
async def server() -> AsyncIterator[FarServer]:
    async with far_server() as running:
        yield running


@dataclass(frozen=True)
class Invited:
    """A person who is known, was welcomed, and is asked to a meeting."""

    person_id: UUID
    story: MeetingStory


@pytest.fixture
async def invited(service: Service) -> Invited:
    """One invitation that is queued; the welcome is out of the way."""
    person_id, organisation_id = uuid4(), uuid4()
    await service.hear(
        person_updated(person_id), organisation_joined(organisation_id), mandate_started(person_id, organisation_id)
    )
    await service.all_sent()
    story = MeetingStory()
    await service.hear(story.issued(person_id))
    return Invited(person_id, story)
