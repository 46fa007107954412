"""The meetings service on a real database: what it hears is handed to its subscribers, what it says is read back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest

from services.meetings import storage, use_cases
from services.meetings.app import build
from services.meetings.domain import Meeting
from services.meetings.planner import plan
from services.meetings.series import Series
from services.meetings.settings import Settings
from services.meetings.subscribers import subscribe
from shared.clock import Clock
from shared.contracts import meetings as contract
from shared.contracts.event import Event
from shared.database.pool import Database
from shared.messaging.cloudevents import Heard
from shared.messaging.inbox import Inbox
from tests.conftest import DatabaseOf
from tests.meetings.builders import ANSWER_SECRET, MEETINGS_URL, MONDAY_NOON, UID_DOMAIN
from tests.support.databases import ServiceDatabase

TOKEN = "a-token-of-the-operator"
KINDS = {kind.type: kind for kind in contract.EVENTS}


@dataclass
class Service:
    """Meetings at a moment that a test chooses."""

    database: Database
    now: datetime = MONDAY_NOON
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox("meetings", self.database, "amqp://127.0.0.1")
        subscribe(self.inbox, self.clock)

    def clock(self) -> datetime:
        return self.now

    async def create(self, series: Series) -> list[Meeting]:
        """Create a series, and return its planned meetings."""
        async with self.database.transaction() as conn:
            await use_cases.create_series(conn, series, uid_domain=UID_DOMAIN, now=self.now)
            return await storage.list_meetings(conn, since=self.now, series_id=series.id)

    async def hear(self, *events: Event) -> None:
        """Hear events for the first time, all in one group."""
        await self.hear_group([Heard("/membership", str(uuid4()), event) for event in events])

    async def hear_group(self, group: Sequence[Heard[Event]]) -> None:
        async with self.database.transaction() as conn:
            await self.inbox.apply(conn, group)

    async def plan(self) -> None:
        await plan(self.database, UID_DOMAIN, self.clock)

    async def meetings(self) -> list[Meeting]:
        async with self.database.connection() as conn:
            return await storage.list_meetings(conn, since=MONDAY_NOON, series_id=None)

    async def standing(self) -> set[tuple[UUID, UUID]]:
        """Return the invitations that stand: `(meeting, person)`."""
        async with self.database.connection() as conn:
            rows = await conn.fetch("SELECT meeting_id, person_id FROM invitations WHERE standing")
        return {(row["meeting_id"], row["person_id"]) for row in rows}

    async def said(self) -> list[Event]:
        """Empty the outbox, and return what stood in it."""
        async with self.database.transaction() as conn:
            rows = await conn.fetch("DELETE FROM outbox RETURNING seq, event_type, body")
        ordered = sorted(rows, key=lambda row: row["seq"])
        return [KINDS[row["event_type"]].model_validate_json(row["body"]) for row in ordered]


@pytest.fixture
async def service(meetings_database: Database) -> Service:
    return Service(meetings_database)


def settings_for(database: ServiceDatabase) -> Settings:
    """What the web part alone is told by its environment."""
    return Settings.model_validate(
        {
            "database_url": database.runtime_url,
            "amqp_url": "amqp://127.0.0.1",
            "operator_token": TOKEN,
            "uid_domain": UID_DOMAIN,
            "answer_secret": ANSWER_SECRET,
            "meetings_url": MEETINGS_URL,
        }
    )


@asynccontextmanager
async def web(database: ServiceDatabase, now: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """The web part alone, asked with the operator's token."""
    app = build(settings_for(database), ["web"], now=now)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://meetings",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    async with app.router.lifespan_context(app), client:
        yield client


@pytest.fixture
async def api(database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    """The web part alone, with the operator's token."""
    async with web(await database("meetings"), lambda: MONDAY_NOON) as client:
        yield client
