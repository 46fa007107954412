"""What another system learns of its messages over HTTP, who may ask, and how much."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.membership import check as module
from services.membership.callers import calling_system
from services.membership.check import MOST_MESSAGES, MOST_OCTETS, check
from services.membership.systems import new_password, password_hash
from shared.database.pool import Database, opened
from shared.web.operator import operator_only
from shared.web.pace import Pace
from shared.web.problems import answer_with_problems
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING, Door
from tests.membership.test_check_command import lines, structured
from tests.membership.test_rehearsal import everything
from tests.support.builders import Message, appointed, contact, joined, updated
from tests.support.systems import let_report

TOKEN = "a token of an operator"
PASSWORD = new_password()
REGISTER = ("register", PASSWORD)
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


@asynccontextmanager
async def asking(database: Database, pace: Pace) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    answer_with_problems(app)
    app.include_router(check(database, calling_system(database, operator_only(TOKEN), pace), lambda: EVENING))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://handelsbyer.example") as client:
        yield client


@pytest.fixture
async def client(door: Door, database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    made = await database("membership")
    await let_report(made, "erp", "/erp")
    async with opened(made.owner_url) as owner, owner.connection() as conn:
        await conn.execute("UPDATE systems SET password_hash = $1 WHERE name = 'register'", password_hash(PASSWORD))
    async with asking(door.database, Pace(0, at_once=50)) as made_client:
        yield made_client


async def ask(client: httpx.AsyncClient, body: bytes, content_type: str, **changes: Any) -> httpx.Response:
    headers = {"Content-Type": content_type, **changes.pop("headers", {})}
    return await client.post("/upstream/check", content=body, headers=headers, **{"auth": REGISTER, **changes})


def outcomes(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [message["outcome"] for message in answer.json()["messages"]]


def csv(*messages: Message) -> bytes:
    head = "specversion,type,source,id,time,data\n"
    rows = (",".join((*message.headers.values(), quoted(json.dumps(message.data)))) for message in messages)
    names = ["specversion", "type", "source", "id", "time"]
    assert [name.removeprefix("ce-") for name in messages[0].headers] == names
    return (head + "\n".join(rows)).encode()


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


async def test_each_message_is_told_what_would_become_of_it_and_nothing_changes(
    client: httpx.AsyncClient, door: Door, database: DatabaseOf
) -> None:
    await door.take(joined("ringsted"))
    before = await everything((await database("membership")).owner_url)
    broken = joined("koege", contact("anna", email="anna"))
    sent = [joined("koege").at(5), updated("koege").at(1), appointed(contact(), "aeroe"), broken]

    answer = await ask(client, json.dumps([structured(message) for message in sent]).encode(), BATCH)

    told = answer.json()
    assert outcomes(answer) == ["accepted", "superseded", "waiting", "rejected"]
    assert (told["system"], told["all_taken_in"]) == ("register", False)
    assert [(one["source"], one["id"], one["type"]) for one in told["messages"]] == [
        (message.source, message.id, message.type) for message in sent
    ]
    assert [fault["field"] for one in told["messages"] for fault in one["faults"]] == [
        "data.organisation_key",
        "data.contacts[0].email",
    ]
    assert set(told["messages"][3]["faults"][0]) == {"field", "code", "reason", "expected"}
    assert await everything((await database("membership")).owner_url) == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (BATCH, lambda *messages: json.dumps([structured(message) for message in messages]).encode()),
        ("application/json", lambda *messages: json.dumps([structured(message) for message in messages]).encode()),
        ("application/x-ndjson", lines),
        ("application/jsonl; charset=utf-8", lines),
        ("Text/CSV; charset=utf-8", csv),
    ],
)
async def test_several_messages_come_in_any_of_these_forms(
    client: httpx.AsyncClient, content_type: str, body: Any
) -> None:
    answer = await ask(client, body(joined("koege").at(5), updated("koege", name="Køge").at(1)), content_type)

    assert outcomes(answer) == ["accepted", "superseded"]


@pytest.mark.parametrize("content_type", [STRUCTURED, f"{STRUCTURED}; charset=utf-8", "application/json"])
async def test_one_message_comes_in_structured_mode(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await ask(client, json.dumps(structured(joined("koege"))).encode(), content_type)

    assert (outcomes(answer), answer.json()["all_taken_in"]) == (["accepted"], True)


async def test_or_in_binary_mode_with_headers_as_http_has_them(client: httpx.AsyncClient) -> None:
    message = joined("koege")
    headers = {**message.headers, "CE-Id": "nr%20%C3%A6%25"}
    del headers["ce-id"]

    answer = await ask(client, message.body, "application/json", headers=headers)

    assert outcomes(answer) == ["accepted"]
    assert answer.json()["messages"][0]["id"] == "nr æ%"


async def test_the_operator_asks_for_any_system(client: httpx.AsyncClient) -> None:
    body, bearer = json.dumps(structured(joined("koege"))).encode(), {"Authorization": f"Bearer {TOKEN}"}

    told = [
        await ask(client, body, STRUCTURED, auth=None, headers=bearer, params=params)
        for params in ({"system": "register"}, {"system": "erp"}, {}, {"system": "nobody"}, {"system": "x\0"})
    ]

    assert [outcomes(answer) for answer in told[:2]] == [["accepted"], ["rejected"]]
    assert told[1].json()["messages"][0]["faults"][0]["code"] == "source_not_allowed"
    assert [(answer.status_code, answer.json()["faults"][0]["field"]) for answer in told[2:]] == [
        (422, "system"),
        (404, "system"),
        (422, "system"),
    ]


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(f"register:{new_password()}"),
        basic("register:"),
        basic("register"),
        basic(f"erp:{PASSWORD}"),
        basic("erp:"),
        basic(f"nobody:{PASSWORD}"),
        basic(f"reg\0ister:{PASSWORD}"),
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic /w=="},
        {"Authorization": f"Digest {PASSWORD}"},
    ],
)
async def test_nobody_else_is_told_anything(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await ask(client, b"[]", BATCH, auth=None, headers=headers)

    assert (answer.status_code, answer.json()["title"]) == (401, "not_allowed")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="upstream", charset="UTF-8"'


async def test_a_system_asks_for_no_other(client: httpx.AsyncClient) -> None:
    wrong = {"Authorization": "Bearer another token"}

    assert (await ask(client, b"[]", BATCH, params={"system": "erp"})).status_code == 401
    assert (await ask(client, b"[]", BATCH, auth=None, headers=wrong, params={"system": "erp"})).status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code", "words"),
    [
        (b"[{]", BATCH, 422, "unreadable", "line 1 column 3"),
        (b"[]", BATCH, 422, "unreadable", "no message"),
        (b"\n", "application/x-ndjson", 422, "unreadable", "no message"),
        (b"id;x y;id\n", "text/csv", 422, "unreadable", "column id contradicts another one"),
        (b"<x/>", "application/xml", 415, "unknown_form", "text/csv"),
        (b"{}", "", 415, "unknown_form", "application/cloudevents-batch+json"),
        (b"[%s]" % b",".join([b"7"] * (MOST_MESSAGES + 1)), BATCH, 413, "too_much", "1,000 messages"),
        (b" " * (MOST_OCTETS + 1), BATCH, 413, "too_much", "5,000,000 bytes"),
    ],
)
async def test_what_cannot_be_checked_is_said_in_words(
    client: httpx.AsyncClient, body: bytes, content_type: str, status: int, code: str, words: str
) -> None:
    answer = await ask(client, body, content_type)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["title"] == code
    assert words in answer.json()["detail"]


async def test_as_many_messages_as_are_allowed_are_checked_at_a_time(client: httpx.AsyncClient) -> None:
    messages = [joined(f"by-{number}", contact(f"kontakt-{number}")) for number in range(MOST_MESSAGES)]

    answer = await ask(client, lines(*messages), "application/x-ndjson")

    assert outcomes(answer) == ["accepted"] * MOST_MESSAGES


async def test_who_tries_all_the_time_is_told_to_come_back(door: Door) -> None:
    async with asking(door.database, Pace(0, at_once=2)) as client:
        tried = [await ask(client, b"[]", BATCH) for _ in range(3)]

    assert [answer.status_code for answer in tried] == [401, 401, 429]
    assert tried[2].headers["Retry-After"] == "5"


async def test_one_who_sends_slowly_holds_up_others_for_a_moment(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READING_SECONDS", 0.5)
    monkeypatch.setattr(module, "WAITING_SECONDS", 0.2)

    async def forever() -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.sleep(60)

    slow = asyncio.create_task(ask(client, forever(), BATCH))  # type: ignore[arg-type]
    await asyncio.sleep(0.1)
    other = await ask(client, b"[7]", BATCH)
    held = await slow
    again = await ask(client, b"[7]", BATCH)

    assert [(answer.status_code, answer.json().get("title")) for answer in (held, other)] == [
        (408, "too_slow"),
        (429, "too_often"),
    ]
    assert outcomes(again) == ["rejected"]
