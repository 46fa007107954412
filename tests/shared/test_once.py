"""What is sent again with the same Idempotency-Key."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import APIRouter, Depends, Response

from shared.database.pool import Database
from shared.errors import Conflict
from shared.web.once import forget_answers, once
from shared.web.operator import operator_only
from shared.web.service import service_app

TOKEN = "a token of an operator"
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def router(database: Database) -> APIRouter:
    """Routes that write a row each time; one of them is slow, one refuses after it has written."""
    guard = operator_only(TOKEN)
    routes = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, lambda: MORNING))

    async def write(kind: str) -> int:
        async with database.transaction() as conn:
            await conn.execute(
                "INSERT INTO inbox (source, event_id) SELECT $1, (count(*) + 1)::text FROM inbox WHERE source = $1",
                kind,
            )
        async with database.connection() as conn:
            return int(await conn.fetchval("SELECT count(*) FROM inbox WHERE source = $1", kind))

    @routes.post("/rows", status_code=201)
    async def add(kind: str, response: Response) -> dict[str, int]:
        response.headers["ETag"] = '"1"'
        return {"rows": await write(kind)}

    @routes.post("/slow")
    async def add_slowly(kind: str) -> dict[str, int]:
        rows = await write(kind)
        await asyncio.sleep(0.2)
        return {"rows": rows}

    @routes.post("/refused")
    async def refuse(kind: str) -> None:
        await write(kind)
        raise Conflict("not now")

    one_at_a_time = asyncio.Lock()

    @routes.post("/in-turn")
    async def add_in_turn(kind: str) -> dict[str, int]:
        async with one_at_a_time:
            return {"rows": await write(kind)}

    return routes


@pytest.fixture
async def asking(meetings_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = service_app("test", meetings_database, [], routers=[router(meetings_database)])
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as client:
        yield client


async def post(asking: httpx.AsyncClient, path: str, key: str, **headers: str) -> httpx.Response:
    return await asking.post(path, headers={"Idempotency-Key": key, **headers})


async def test_the_same_key_does_it_once_and_answers_alike(asking: httpx.AsyncClient) -> None:
    first, again = [await post(asking, "/rows?kind=a", "one") for _ in range(2)]
    other, without = await post(asking, "/rows?kind=a", "two"), await asking.post("/rows?kind=a")

    assert (first.status_code, first.json(), first.headers["ETag"]) == (201, {"rows": 1}, '"1"')
    assert (again.status_code, again.content, again.headers) == (first.status_code, first.content, first.headers)
    assert [other.json(), without.json()] == [{"rows": 2}, {"rows": 3}]


async def test_many_at_the_same_time_do_it_once_and_are_answered_alike(asking: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(post(asking, "/slow?kind=a", "one") for _ in range(6)))

    assert [answer.json() for answer in answers] == [{"rows": 1}] * 6


async def test_many_with_keys_leave_connections_for_who_has_none(asking: httpx.AsyncClient) -> None:
    without_a_key = asking.post("/in-turn?kind=none")
    with_keys = [post(asking, f"/in-turn?kind={number}", str(number)) for number in range(20)]

    async with asyncio.timeout(10):
        answers = await asyncio.gather(without_a_key, *with_keys)

    assert {answer.status_code for answer in answers} == {200}


async def test_another_request_under_the_same_key_is_an_error_that_says_so(asking: httpx.AsyncClient) -> None:
    await post(asking, "/rows?kind=a", "one")

    refused = [await post(asking, path, "one") for path in ("/rows?kind=b", "/slow?kind=a")]
    with_body = await asking.post("/rows?kind=a", json={"x": 1}, headers={"Idempotency-Key": "one"})

    for answer in [*refused, with_body]:
        assert (answer.status_code, answer.json()["title"]) == (422, "idempotency_key_reused")
        assert answer.json()["faults"][0]["field"] == "Idempotency-Key"


async def test_what_is_refused_changes_nothing_and_may_be_sent_again(
    asking: httpx.AsyncClient, meetings_database: Database
) -> None:
    refused = [await post(asking, "/refused?kind=a", "one") for _ in range(2)]
    invalid, valid = await post(asking, "/rows", "two"), await post(asking, "/rows?kind=a", "two")

    assert [answer.status_code for answer in [*refused, invalid, valid]] == [409, 409, 422, 201]
    assert valid.json() == {"rows": 1}


async def test_no_answer_is_repeated_to_who_may_not_ask(asking: httpx.AsyncClient) -> None:
    await post(asking, "/rows?kind=a", "one")

    assert (await post(asking, "/rows?kind=a", "one", Authorization="Bearer another")).status_code == 401


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
async def test_what_is_no_key_is_refused(asking: httpx.AsyncClient, key: str) -> None:
    refused = await post(asking, "/rows?kind=a", key)

    assert (refused.status_code, refused.json()["title"]) == (422, "no_idempotency_key")


async def test_an_answer_is_forgotten_after_a_day(asking: httpx.AsyncClient, meetings_database: Database) -> None:
    await post(asking, "/rows?kind=a", "one")

    await forget_answers(meetings_database, lambda: MORNING + timedelta(days=1))
    kept = await post(asking, "/rows?kind=a", "one")
    await forget_answers(meetings_database, lambda: MORNING + timedelta(days=1, seconds=1))
    forgotten = await post(asking, "/rows?kind=a", "one")

    assert [kept.json(), forgotten.json()] == [{"rows": 1}, {"rows": 2}]


async def test_others_are_told_of_a_shared_transaction_once_it_is_committed(meetings_database: Database) -> None:
    told: list[str] = []
    meetings_database.on_commit(lambda: told.append("committed"))

    async with meetings_database.shared_transaction():
        async with meetings_database.transaction():
            pass
        told.append("inside")

    assert told == ["inside", "committed"]
