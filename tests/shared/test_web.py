"""The web application of every service: health, readiness, metrics, and problems in words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, Depends

from shared.database.pool import Database
from shared.errors import Conflict
from shared.parts import Loop
from shared.web.operator import operator_only
from shared.web.service import service_app

TOKEN = "a token of an operator"


class AlreadyThere(Conflict):
    code = "already_there"


def router(database: Database) -> APIRouter:
    routes = APIRouter(dependencies=[Depends(operator_only(TOKEN))])

    @routes.get("/twice")
    async def twice() -> None:
        raise AlreadyThere("it is there already", field="name")

    @routes.get("/rows")
    async def rows(most: int) -> int:
        async with database.connection() as conn:
            return int(await conn.fetchval("SELECT $1::integer", most))

    return routes


@asynccontextmanager
async def client(database: Database, step: Loop, token: str = TOKEN) -> AsyncIterator[httpx.AsyncClient]:
    app = service_app("test", database, [step], routers=[router(database)])
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://test", headers={"Authorization": f"Bearer {token}"}
        ) as asking,
    ):
        yield asking


async def nothing_to_do() -> bool:
    return False


async def fails() -> bool:
    raise ZeroDivisionError


@pytest.fixture
async def url(membership_database: Database) -> str:
    return membership_database._url


async def test_a_process_is_ready_when_its_parts_and_its_database_are(url: str) -> None:
    async with client(Database(url), Loop("planner", nothing_to_do, pause=1)) as asking:
        await asking.get("/livez")

        ready = await asking.get("/readyz")

    assert (ready.status_code, ready.json()) == (200, {"ready": True, "trouble": {}})


async def test_a_part_in_trouble_says_so_in_words(url: str) -> None:
    async with client(Database(url), Loop("planner", fails, pause=1)) as asking:
        await asking.get("/livez")

        ready = await asking.get("/readyz")

    assert ready.status_code == 503
    assert ready.json()["trouble"] == {"planner": "ZeroDivisionError at its last step"}


async def test_without_its_database_a_process_lives_is_not_ready_and_says_so_to_who_asks() -> None:
    nowhere = Database("postgresql://nobody:nothing@127.0.0.1:9/nowhere")
    async with client(nowhere, Loop("planner", nothing_to_do, pause=1)) as asking:
        alive, ready = await asking.get("/livez"), await asking.get("/readyz")
        asked, metrics = await asking.get("/rows?most=1"), await asking.get("/metrics")

    assert (alive.status_code, ready.status_code, metrics.status_code) == (200, 503, 200)
    assert (asked.status_code, asked.json()["title"]) == (503, "unavailable")


async def test_a_refusal_is_a_problem_with_its_code_and_field(url: str) -> None:
    async with client(Database(url), Loop("planner", nothing_to_do, pause=1)) as asking:
        refused, wrong = await asking.get("/twice"), await asking.get("/rows?most=many")

    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert refused.json()["title"] == "already_there"
    assert refused.json()["faults"] == [{"field": "name", "reason": "it is there already"}]
    assert (wrong.status_code, wrong.json()["faults"][0]["field"]) == (422, "most")


async def test_nobody_gets_in_without_the_operators_token(url: str) -> None:
    async with client(Database(url), Loop("planner", nothing_to_do, pause=1), token="another") as asking:
        refused = await asking.get("/twice")

    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_an_address_with_a_nul_character_is_refused_before_anybody_reads_it(url: str) -> None:
    async with client(Database(url), Loop("planner", nothing_to_do, pause=1)) as asking:
        told = [
            await asking.get(path) for path in ("/rows?most=%00", "/rows?%00=1", "/rows/%00", "/rows?most=1&x=a%2500")
        ]

    assert [answer.status_code for answer in told] == [422, 422, 422, 200]
    assert [answer.json()["faults"][0]["field"] for answer in told[:3]] == ["most", "\ufffd", "path"]
