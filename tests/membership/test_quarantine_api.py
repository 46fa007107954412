"""The quarantine as an operator's program sees it."""

import httpx
import pytest

from tests.membership.conftest import EVENING, Door, ask, delivery
from tests.support.builders import contact, joined


async def test_messages_are_listed_with_what_is_wrong_and_counted_by_reason(api: httpx.AsyncClient, door: Door) -> None:
    await door.take(joined("a", contact("anna", email="anna")), joined("b", kind="guild"))

    everything = await ask(api, "GET", "/quarantine")
    some = await ask(api, "GET", "/quarantine", params={"code": "email", "older_than": "PT0S"})
    old = await ask(api, "GET", "/quarantine", params={"older_than": "P1D"})

    assert [one["faults"][0]["field"] for one in everything["messages"]] == [
        "data.contacts[0].email",
        "data.organisation.kind",
    ]
    assert {"system": "register", "field": "data.contacts[].email", "code": "email", "messages": 1} in everything[
        "reasons"
    ]
    assert ([one["id"] for one in some["messages"]], some["found"], old["found"]) == ([1], 1, 0)


async def test_messages_come_page_by_page(api: httpx.AsyncClient, door: Door) -> None:
    await door.take(*(joined(f"town-{number}", kind="guild") for number in range(103)))

    first = await ask(api, "GET", "/quarantine")
    second = await ask(api, "GET", "/quarantine", params={"after": first["next"]})

    assert [one["id"] for one in [*first["messages"], *second["messages"]]] == list(range(1, 104))
    assert (first["found"], second["found"], second["next"]) == (103, 103, None)


async def test_an_edit_of_what_was_dealt_with_meanwhile_is_refused(api: httpx.AsyncClient, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))
    seen = (await api.get("/quarantine/1")).headers["ETag"]
    await ask(api, "POST", "/quarantine/dismiss", json={"who": "Bente", "reason": "Findes ikke", "ids": [1]})

    refused = await api.post("/quarantine/1/edit", json={"who": "Bo", "data": {}}, headers={"If-Match": seen})

    assert (refused.status_code, refused.json()["title"]) == (412, "changed_meanwhile")


async def test_a_message_is_shown_as_it_stands_and_as_it_came(api: httpx.AsyncClient, door: Door) -> None:
    message = joined("koege")
    await door.take_raw(delivery(message, EVENING, body=b"\xe6bler"))

    shown = await ask(api, "GET", "/quarantine/1")

    assert shown["attributes"]["id"] == message.id
    assert (shown["data"], shown["editable"], shown["edited"]) == ("\\xe6bler", [], False)
    assert shown["as_it_came"]["headers"]["ce-id"] == message.id
    assert [one["what"] for one in shown["history"]] == ["kept"]


async def test_a_message_is_edited_and_replayed_in_one(api: httpx.AsyncClient, door: Door) -> None:
    message = joined("koege", kind="guild")
    await door.take(message)
    mended = {**message.data, "organisation": {**message.data["organisation"], "kind": "association"}}

    shown = await ask(api, "POST", "/quarantine/1/edit", json={"who": "Bente", "data": mended, "replay": True})

    assert (shown["state"], shown["edited"]) == ("replayed", True)
    assert [(one["what"], one["who"]) for one in shown["history"]] == [
        ("kept", None),
        ("edited", "Bente"),
        ("replayed", "Bente"),
    ]
    assert await door.members() == {"Koege Handelsstandsforening"}


async def test_many_are_replayed_or_dismissed_at_once_and_each_is_told_of(api: httpx.AsyncClient, door: Door) -> None:
    await door.take(joined("a", kind="guild"), joined("b", kind="guild"), joined("c", kind="guild"))
    async with door.database.connection() as conn:
        await conn.execute("INSERT INTO organisation_kinds (kind) VALUES ('guild')")

    dismissed = await ask(
        api, "POST", "/quarantine/dismiss", json={"who": "Bente", "reason": "Findes ikke", "ids": [2]}
    )
    replayed = await ask(api, "POST", "/quarantine/replay", json={"who": "Bente", "matching": {"code": "unknown_kind"}})

    assert [(one["id"], one["outcome"]) for one in dismissed["tried"]] == [(2, "dismissed")]
    assert [(one["id"], one["outcome"]) for one in replayed["tried"]] == [(1, "accepted"), (3, "accepted")]
    assert replayed["act"] != dismissed["act"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code", "field"),
    [
        ("GET", "/quarantine/2", None, 404, "not_found", None),
        ("GET", f"/quarantine/{2**63}", None, 422, "invalid", "kept_id"),
        ("GET", "/quarantine?state=gone", None, 422, "invalid", "state"),
        ("POST", "/quarantine/2/edit", {"who": "Bente", "data": {}}, 404, "not_found", None),
        ("POST", "/quarantine/1/edit", {"data": {}}, 422, "invalid", "who"),
        ("POST", "/quarantine/1/edit", {"who": "Bente", "data": {}, "attributes": {"id": "x"}}, 422, "invalid", "id"),
        ("POST", "/quarantine/replay", {"who": "Bente"}, 422, "invalid", ""),
        ("POST", "/quarantine/replay", {"who": "Bente", "ids": []}, 422, "invalid", "ids"),
        ("POST", "/quarantine/replay", {"who": "B", "matching": {"system": "\0"}}, 422, "invalid", "matching.system"),
        ("GET", "/quarantine?system=%00", None, 422, "invalid", "system"),
        ("GET", "/quarantine?after=x", None, 422, "invalid", "after"),
        ("POST", "/quarantine/dismiss", {"who": "Bente", "ids": [1]}, 422, "invalid", "reason"),
    ],
)
async def test_what_cannot_be_done_is_a_problem_in_words(
    api: httpx.AsyncClient, door: Door, method: str, path: str, sent: object, status: int, code: str, field: str | None
) -> None:
    await door.take(joined("koege", kind="guild"))

    problem = await ask(api, method, path, status, json=sent)

    assert problem["title"] == code
    assert [fault["field"] for fault in problem.get("faults", [])] == ([] if field is None else [field])


async def test_what_was_dealt_with_already_cannot_be_edited(api: httpx.AsyncClient, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))
    await ask(api, "POST", "/quarantine/dismiss", json={"who": "Bente", "reason": "Findes ikke", "ids": [1]})

    problem = await ask(api, "POST", "/quarantine/1/edit", 409, json={"who": "Bente", "data": {}})

    assert problem["title"] == "quarantine_not_open"


async def test_without_the_operators_token_there_is_no_answer(api: httpx.AsyncClient) -> None:
    for method, path in (("GET", "/quarantine"), ("POST", "/quarantine/replay"), ("POST", "/quarantine/1/edit")):
        await ask(api, method, path, 401, headers={"Authorization": "Bearer nobody"}, json={})
