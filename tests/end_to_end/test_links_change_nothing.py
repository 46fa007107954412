"""Scanners of mail servers follow every link of every e-mail: however often they do, nothing changes."""

import re
from contextlib import AsyncExitStack
from dataclasses import replace
from email import message_from_bytes, policy
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.meetings import use_cases
from services.meetings.answers import Said
from services.notifications.links import Links
from services.notifications.preference_pages import preference_pages
from services.notifications.unsubscribe_pages import unsubscribe_pages
from services.notifications.writing.writer import Writer
from shared.clock import Clock
from shared.database.pool import Database
from shared.web.service import service_app
from tests.conftest import DatabaseOf
from tests.meetings.builders import (
    ANSWER_SECRET,
    MEETINGS_URL,
    MONDAY_NOON,
    joined,
    person_updated,
    series,
    started,
)
from tests.meetings.conftest import Service, web
from tests.notifications.samples import KINDS, LANGUAGES, LETTERHEAD, SYSTEM_KINDS, sample

KOEGE, ANNA = UUID(int=1), UUID(int=2)
PUBLIC_URL = "https://post.netvaerk.example"
LINKS = Links(PUBLIC_URL, "a secret of thirty-two characters", meetings_url=MEETINGS_URL, answer_secret=ANSWER_SECRET)
TIMES = 10


@pytest.fixture
async def meeting_id(meetings_database: Database) -> UUID:
    """A meeting that Anna is asked to and has answered."""
    service = Service(meetings_database)
    await service.hear(joined(KOEGE), started(ANNA, KOEGE, ANNA), person_updated(ANNA, "Anna Ærø"))
    first, *_ = await service.create(series(is_public=True))
    await service.plan()
    async with service.database.transaction() as conn:
        said = Said("accepted", None, "Glæder mig", MONDAY_NOON)
        await use_cases.give_answer(conn, first.id, ANNA, said, correlation_id="answer", now=MONDAY_NOON)
    return first.id


def links_of_all_kinds(meeting_id: UUID) -> dict[str, set[str]]:
    """Return, of each kind of e-mail to a person, the addresses of ours that stand anywhere in it."""
    writer = Writer(LETTERHEAD, LINKS, None)
    found: dict[str, set[str]] = {}
    for kind in set(KINDS) - set(SYSTEM_KINDS):
        for language in LANGUAGES:
            stored = sample(kind, language)
            email = replace(stored, person_id=ANNA, meeting_id=meeting_id if stored.meeting_id else None)
            message: Any = message_from_bytes(writer.write(email), policy=policy.default)
            words = [str(value) for value in message.values()]
            words += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
            found.setdefault(kind, set()).update(
                address for text in words for address in re.findall(rf"{PUBLIC_URL}[^\s\"<>]*", unescape(text))
            )
    return found


async def rows(*databases: Database) -> dict[str, list[str]]:
    """Return every row of every table of some services."""
    found: dict[str, list[str]] = {}
    for database in databases:
        async with database.connection() as conn:
            schema = await conn.fetchval("SELECT current_schema()")
            names = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
            for (name,) in names:
                listed = await conn.fetch(f"SELECT t::text AS row FROM {schema}.{name} AS t ORDER BY 1")
                found[f"{schema}.{name}"] = [record["row"] for record in listed]
    return found


def notifications_app(database: Database, now: Clock) -> Any:
    return service_app(
        "notifications",
        database,
        [],
        routers=[unsubscribe_pages(database, LINKS, now), preference_pages(database, LINKS, now)],
    )


async def test_every_link_of_every_kind_of_e_mail_fetched_ten_times_changes_no_row(
    meeting_id: UUID,
    meetings_database: Database,
    notifications_database: Database,
    membership_database: Database,
    database: DatabaseOf,
) -> None:
    found = links_of_all_kinds(meeting_id)
    before = await rows(membership_database, meetings_database, notifications_database)

    async with AsyncExitStack() as running:
        meetings = await running.enter_async_context(web(await database("meetings"), lambda: MONDAY_NOON))
        app = notifications_app(notifications_database, lambda: MONDAY_NOON)
        transport = httpx.ASGITransport(app)
        notifications = await running.enter_async_context(httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL))

        async def fetched(method: str, address: str) -> httpx.Response:
            if address.startswith(MEETINGS_URL):
                return await meetings.request(method, address.removeprefix(MEETINGS_URL))
            return await notifications.request(method, address)

        (subscription,) = {link for links in found.values() for link in links if "/subscribe/" in link}
        feeds = set(re.findall(rf"{MEETINGS_URL}/calendar/[^\"]+", (await fetched("GET", subscription)).text))
        everything = set().union(*found.values()) | feeds | {f"{MEETINGS_URL}/subscribe/public"}
        statuses = {
            (await fetched(method, link)).status_code
            for link in sorted(everything)
            for method in ("GET", "HEAD")
            for _ in range(TIMES)
        }

    assert await rows(membership_database, meetings_database, notifications_database) == before
    assert statuses == {200}
    assert {kind for kind, links in found.items() if not links} == set()
    assert sum("/answer/" in link for link in everything) == 1
    assert sum("/preferences/" in link for link in everything) == 1
    assert len(feeds) == 1
    assert sum(len(listed) for listed in before.values()) > len(before) / 2
