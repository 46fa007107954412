"""A door that tests push messages through, into a real database."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest

from services.membership import storage, subscribers, use_cases
from services.membership.app import build
from services.membership.broker import Broker as Administered
from services.membership.envelope import read
from services.membership.intake import Incoming
from services.membership.messages import Delivery
from services.membership.quarantine import TRIABLE, Headline, Selection
from services.membership.rights import systems_at
from services.membership.settings import Settings
from shared.database.pool import Database, opened
from shared.messaging.relay import Relay
from tests.conftest import DatabaseOf
from tests.support.broker import Broker
from tests.support.builders import MORNING, SYSTEM, Message
from tests.support.operator import Operator
from tests.support.systems import let_report

EVENING = MORNING.replace(hour=20)
TOKEN = "a-token-of-the-operator"


@dataclass
class Door:
    """Takes messages in, all in one group but for those that others are at, at `now`."""

    database: Database
    now: datetime = EVENING

    async def take(self, *messages: Message) -> None:
        await self.take_raw(*(delivery(message, self.now) for message in messages))

    async def take_raw(self, *deliveries: Delivery) -> None:
        group: Sequence[Incoming] = [Incoming(one, read(one, self.now)) for one in deliveries]
        while group:
            async with self.database.transaction() as conn:
                group = await use_cases.receive(conn, group, self.now)

    async def said(self) -> list[tuple[str, dict[str, Any]]]:
        """Empty the outbox, and return what stood in it but the answers: `(type, data)`."""
        return [(kind, body) for exchange, kind, body in await self._outbox() if exchange == "membership.events"]

    async def answers(self) -> list[tuple[str, dict[str, Any]]]:
        """Empty the outbox, and return the answers that stood in it: `(type, data)`."""
        return [(kind, body) for exchange, kind, body in await self._outbox() if exchange == "upstream.answers"]

    async def mandates(self) -> set[tuple[str, str, str]]:
        """Return who acts for whom now: `(organisation, address, role)`."""
        async with self.database.connection() as conn:
            rows = await conn.fetch(
                """
                SELECT o.name, p.email, m.role
                  FROM mandates AS m
                  JOIN organisations AS o ON o.id = m.organisation_id
                  JOIN people AS p ON p.id = m.person_id
                 WHERE m.said
                """
            )
        return {tuple(row) for row in rows}

    async def members(self) -> set[str]:
        """Return the names of the active members."""
        async with self.database.connection() as conn:
            return {row["name"] for row in await conn.fetch("SELECT name FROM organisations WHERE said")}

    async def _outbox(self) -> list[tuple[str, str, dict[str, Any]]]:
        async with self.database.transaction() as conn:
            rows = await conn.fetch("DELETE FROM outbox RETURNING seq, exchange, event_type, body")
        ordered = sorted(rows, key=lambda row: row["seq"])
        return [(row["exchange"], row["event_type"], json.loads(row["body"])) for row in ordered]


async def kept_messages(database: Database) -> list[Headline]:
    """Return the messages that wait or are held, oldest first."""
    async with database.connection() as conn:
        return (await storage.selected_messages(conn, Selection(TRIABLE), most=1_000))[0]


def delivery(message: Message, now: datetime, **changes: Any) -> Delivery:
    facts: dict[str, Any] = {
        "routing_key": f"{SYSTEM}.x",
        "content_type": "application/json",
        "headers": message.headers,
        "body": message.body,
        "received_at": now,
    }
    return Delivery(**{**facts, **changes})


@pytest.fixture
async def registrar(database: DatabaseOf) -> AsyncIterator[Database]:
    """The membership database as the operator's command opens it."""
    async with opened((await database("membership")).owner_url) as made:
        yield made


@pytest.fixture
async def operator(broker: Broker, database: DatabaseOf) -> AsyncIterator[Operator]:
    """The operator's command; what it has let into the broker is let out again."""
    management_url = broker.address.management("operator", broker.passwords.of_user("operator"))
    administered = Administered(management_url)
    before = await administered.definitions()
    yield Operator(management_url, (await database("membership")).owner_url)
    for name in systems_at(await administered.definitions()) - systems_at(before):
        await administered.remove(name)


@pytest.fixture
async def door(database: DatabaseOf, membership_database: Database) -> Door:
    await let_report(await database("membership"))
    return Door(membership_database)


@pytest.fixture
async def running(
    broker: Broker, database: DatabaseOf, membership_database: Database
) -> AsyncIterator[subscribers.Door]:
    """The door and the relay of membership, open for the system `register`."""
    membership = await database("membership")
    await let_report(membership)
    relay = Relay("membership", membership.runtime_url, broker.url("membership"))
    membership_database.on_commit(relay.wake)
    door = subscribers.Door(membership_database, broker.url("membership"), lambda: EVENING)
    await relay.start()
    await door.start()
    yield door
    await door.stop()
    await relay.stop()


@pytest.fixture
async def api(database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    """The web part alone, with the operator's token."""
    told = {
        "database_url": (await database("membership")).runtime_url,
        "amqp_url": "amqp://127.0.0.1",
        "operator_token": TOKEN,
    }
    app = build(Settings.model_validate(told), ["web"], now=lambda: EVENING)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://membership",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    async with app.router.lifespan_context(app), client:
        yield client


async def ask(api: httpx.AsyncClient, method: str, path: str, status: int = 200, **sent: Any) -> Any:
    response = await api.request(method, path, **sent)
    assert response.status_code == status, response.text
    return response.json() if response.content else None
