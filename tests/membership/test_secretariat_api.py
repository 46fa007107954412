"""What the secretariat looks up and decides over HTTP."""

import httpx
import pytest

from tests.membership.conftest import Door, ask
from tests.membership.test_snapshots import send
from tests.support.builders import SOURCE, contact, joined


@pytest.fixture
async def incomplete(door: Door) -> Door:
    """Køge and Ringsted are members, and the list has Køge alone, without Bo."""
    await door.take(joined("koege", contact("anna"), contact("bo", role="deputy")), joined("ringsted"))
    await send(door, joined("koege", contact("anna")).at(90))
    return door


async def test_what_is_missing_is_listed_and_decided(api: httpx.AsyncClient, incomplete: Door) -> None:
    ringsted, bo = (await ask(api, "GET", "/missing"))["missing"]

    await ask(api, "POST", "/missing/remove", 204, json={"ids": [bo["id"]], "who": "Mette", "on": "2026-03-01"})
    await ask(api, "POST", "/missing/keep", 204, json={"ids": [ringsted["id"]], "who": "Mette"})

    assert (bo["organisation"], bo["person"], bo["contact_key"]) == ("Koege Handelsstandsforening", "Bo", "bo")
    assert (ringsted["key"], ringsted["person"]) == ("ringsted", None)
    assert await ask(api, "GET", "/missing") == {"missing": [], "next": None}
    assert (await ask(api, "GET", "/missing", params={"after": bo["id"]}))["missing"] == []
    assert len(await incomplete.members()) == 2
    assert [email for _, email, _ in await incomplete.mandates()] == ["anna@koege.example"]


async def test_one_that_awaits_no_decision_is_named_and_nothing_is_done(
    api: httpx.AsyncClient, incomplete: Door
) -> None:
    _, bo = (await ask(api, "GET", "/missing"))["missing"]

    refused = await ask(api, "POST", "/missing/remove", 404, json={"ids": [bo["id"], 77], "who": "Mette"})

    assert refused["detail"] == "77: no decision is awaited; see: missing list"
    assert len((await ask(api, "GET", "/missing"))["missing"]) == 2


async def test_it_is_told_who_said_what_and_what_has_changed(api: httpx.AsyncClient, incomplete: Door) -> None:
    told = await ask(api, "GET", "/organisations/sources", params={"source": SOURCE, "key": "koege"})
    first, *_ = reversed((await ask(api, "GET", "/audit", params={"system": "register"}))["entries"])
    older = await ask(api, "GET", "/audit", params={"after": first["seq"]})

    assert told["brought_by"] == {"source": SOURCE, "key": "koege"}
    assert told["last_said"]["described"]["source"] == SOURCE
    assert first["changes"][0]["fields"]["name"] == [None, "Koege Handelsstandsforening"]
    assert older == {"entries": [], "next": None}


@pytest.mark.parametrize("path", ["/missing", "/audit", "/organisations/sources?source=a&key=b"])
async def test_nobody_is_told_without_the_operators_token(api: httpx.AsyncClient, path: str) -> None:
    response = await api.get(path, headers={"Authorization": "Bearer another"})

    assert response.status_code == 401
