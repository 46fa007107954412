"""The whole service on a real broker and a real far server: from events to mails, and what operators see of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import httpx
import pytest

from services.notifications.app import build
from services.notifications.settings import Settings
from shared.contracts.event import Event
from shared.messaging import cloudevents, topology
from tests.conftest import DatabaseOf
from tests.notifications.builders import (
    NOW,
    MeetingStory,
    mandate_started,
    organisation_joined,
    person_updated,
)
from tests.notifications.far_server import FarServer
from tests.notifications.operators import TOKEN, caller
from tests.support.broker import Broker
from tests.support.eventually import eventually

ANNA, KOEGE = UUID(int=1), UUID(int=2)


@pytest.fixture
async def operator(
    database: DatabaseOf, broker: Broker, server: FarServer, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """All parts of one notifications process, as its operator reaches them."""
    settings = Settings.model_validate(
        {
            "database_url": (await database("notifications")).runtime_url,
            "amqp_url": broker.url("notifications"),
            "operator_token": TOKEN,
            "smtp_url": server.url,
            "link_secret": "a secret of thirty-two characters",
            "answer_secret": "another secret of thirty-two characters",
            "meetings_url": "https://post.netvaerk.example/meetings",
            "public_url": "https://post.netvaerk.example",
            "mail_domain": "mail.netvaerk.example",
            "mail_from": "moede@mail.netvaerk.example",
            "reply_to": "sekretariat@netvaerk.example",
            "sender": "sender-1",
            "journal_dir": tmp_path / "journals",
        }
    )
    app = build(settings, now=lambda: NOW)
    async with caller(app) as client:
        yield client


async def test_what_is_heard_is_mailed(operator: httpx.AsyncClient, broker: Broker, server: FarServer) -> None:
    story = MeetingStory()
    await publish(broker, "meetings", story.issued(ANNA))
    await publish(broker, "membership", mandate_started(ANNA, KOEGE), organisation_joined(KOEGE), person_updated(ANNA))
    await eventually(lambda: len(server.accepted) == 2)

    await publish(broker, "meetings", story.cancelled())
    await eventually(lambda: len(server.accepted) == 3)

    kinds = [str(message["Message-ID"]).split(".")[0] for message in server.to("anna@koege.example")]
    assert sorted(kinds[:2]) == ["<invitation", "<welcome"]
    assert kinds[2:] == ["<cancellation"]


async def test_the_operator_sees_every_e_mail_s_fate_and_no_address(
    operator: httpx.AsyncClient, broker: Broker, server: FarServer
) -> None:
    server.at_recipient = lambda address: f"550 5.2.1 <{address}> is disabled here"
    await publish(broker, "membership", mandate_started(ANNA, KOEGE), organisation_joined(KOEGE), person_updated(ANNA))

    (email,) = await eventually(lambda: fates(operator, state="failed"))
    overview = (await operator.get("/overview")).json()

    assert email["kind"] == "welcome"
    assert email["reply"] == "550 5.2.1 <(address)> is disabled here"
    assert email["person_id"] == str(ANNA)
    assert overview == {
        "people": 1,
        "members": 1,
        "mandates": 1,
        "invitations": 0,
        "emails": {"welcome": {"failed": 1}},
        "last_sent_at": None,
    }
    assert "koege.example" not in str(email)
    assert await fates(operator, kind="invitation") == []


async def test_nobody_sees_it_without_the_token(operator: httpx.AsyncClient) -> None:
    for path in ("/overview", "/emails"):
        assert (await operator.get(path, headers={"Authorization": "Bearer guess"})).status_code == 401


async def test_the_queue_can_be_watched(operator: httpx.AsyncClient, broker: Broker, server: FarServer) -> None:
    await publish(broker, "membership", mandate_started(ANNA, KOEGE), organisation_joined(KOEGE), person_updated(ANNA))
    await eventually(lambda: fates(operator, state="sent"))

    async def is_ready() -> bool:
        return (await operator.get("/readyz")).status_code == 200

    await eventually(is_ready)
    metrics = (await operator.get("/metrics")).text
    assert 'notifications_emails{kind="welcome",state="sent"} 1.0' in metrics
    assert "notifications_overdue_seconds 0.0" in metrics


async def fates(operator: httpx.AsyncClient, **asked: object) -> list[dict[str, Any]]:
    answer = await operator.get("/emails", params={key: str(value) for key, value in asked.items()})
    emails: list[dict[str, Any]] = answer.json()["emails"]
    return emails


async def publish(broker: Broker, service: str, *events: Event) -> None:
    """Publish events as a service does."""
    async with await aio_pika.connect(broker.url(service)) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(topology.events(service), ensure=False)
        for event in events:
            headers = cloudevents.headers(
                source=f"/{service}",
                event_id=str(uuid4()),
                event_type=event.type,
                time=datetime.now(UTC),
                correlation_id=event.correlation_id,
            )
            await exchange.publish(aio_pika.Message(event.model_dump_json().encode(), headers=headers), event.type)
