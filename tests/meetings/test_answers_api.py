"""The JSON API of answers and places as an operator's program sees it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.meetings.asking import post
from tests.meetings.builders import joined, person_updated, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, BO = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
async def hybrid(service: Service) -> str:
    """The id of a hybrid meeting that two people are asked to."""
    await service.hear(
        joined(KOEGE),
        *(started(person, KOEGE, person) for person in (ANNA, BO)),
        person_updated(ANNA, "Anna Ærø"),
    )
    meeting, *_ = await service.create(series(mode="hybrid", place="Rådhuset"))
    await service.plan()
    return str(meeting.id)


async def fault(api: httpx.AsyncClient, path: str, body: object) -> tuple[int, str, str]:
    """Return how a request is refused: status, code, and the field at fault."""
    response = await api.post(path, json=body)
    problem = response.json()
    return response.status_code, problem["title"], problem["faults"][0]["field"]


async def test_an_answer_on_somebody_s_behalf_is_shown_with_its_place(api: httpx.AsyncClient, hybrid: str) -> None:
    body = {"person_id": str(ANNA), "answer": "accepted", "attendance": "in_person", "comment": "Med tog\nfra Køge"}

    given = await post(api, f"/meetings/{hybrid}/answers", body)

    expected: dict[str, Any] = {
        **body,
        "name": None,
        "given_at": "2026-03-02T13:00:00+01:00",
        "place_state": "confirmed",
        "offered_until": None,
    }
    assert given == expected
    assert (await api.get(f"/meetings/{hybrid}/answers")).json() == {
        "answers": [{**expected, "name": "Anna Ærø"}],
        "places": {
            "in_person": {"capacity": None, "confirmed": 1, "offered": 0, "waiting": []},
            "online": {"capacity": None, "confirmed": 0, "offered": 0, "waiting": []},
        },
        "next": None,
    }


async def test_places_are_limited_by_kind_and_the_line_is_shown(api: httpx.AsyncClient, hybrid: str) -> None:
    assert await post(api, f"/meetings/{hybrid}/capacity", {"online": 5}) == {"in_person": None, "online": 5}

    limited = await post(api, f"/meetings/{hybrid}/capacity", {"in_person": 0})
    given = await post(
        api, f"/meetings/{hybrid}/answers", {"person_id": str(BO), "answer": "accepted", "attendance": "in_person"}
    )
    places = (await api.get(f"/meetings/{hybrid}/answers")).json()["places"]
    unlimited = await post(api, f"/meetings/{hybrid}/capacity", {"in_person": None})

    assert limited == {"in_person": 0, "online": 5}
    assert given["place_state"] == "waiting"
    assert places["in_person"] == {"capacity": 0, "confirmed": 0, "offered": 0, "waiting": [str(BO)]}
    assert unlimited == {"in_person": None, "online": 5}


async def test_a_series_gives_its_places_to_its_meetings(api: httpx.AsyncClient, hybrid: str, service: Service) -> None:
    (meeting, *_) = await service.meetings()

    await post(api, f"/series/{meeting.series_id}/capacity", {"in_person": 30})

    places = (await api.get(f"/meetings/{hybrid}/answers")).json()["places"]
    assert [places[kind]["capacity"] for kind in ("in_person", "online")] == [30, None]


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"answer": "perhaps"}, 422, "invalid", "answer"),
        ({"attendance": None}, 422, "attendance_is_missing", "attendance"),
        ({"comment": "x" * 501}, 422, "invalid", "comment"),
        ({"comment": "a\x00b"}, 422, "invalid", "comment"),
        ({"given_at": "2026-03-02T12:00:01Z"}, 422, "given_in_the_future", "given_at"),
        ({"given_at": "2026-03-02T12:00:00"}, 422, "invalid", "given_at"),
        ({"person_id": str(uuid4())}, 409, "not_invited", "person_id"),
    ],
)
async def test_a_wrong_answer_is_refused_by_field(
    api: httpx.AsyncClient, hybrid: str, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    body = {"person_id": str(ANNA), "answer": "accepted", "attendance": "online", **changed}

    assert await fault(api, f"/meetings/{hybrid}/answers", body) == (status, code, field)


async def test_fewer_places_than_are_taken_are_refused(api: httpx.AsyncClient, hybrid: str) -> None:
    body = {"person_id": str(ANNA), "answer": "accepted", "attendance": "in_person"}
    await post(api, f"/meetings/{hybrid}/answers", body)

    refused = await fault(api, f"/meetings/{hybrid}/capacity", {"in_person": 0})

    assert refused == (409, "places_are_taken", "in_person")


@pytest.mark.parametrize("number", [-1, 100_001, "many"])
async def test_a_number_of_places_is_a_sensible_one(api: httpx.AsyncClient, hybrid: str, number: object) -> None:
    assert (await fault(api, f"/meetings/{hybrid}/capacity", {"online": number}))[::2] == (422, "online")


@pytest.mark.parametrize("path", ["/meetings/{id}/answers", "/meetings/{id}/capacity", "/series/{id}/capacity"])
async def test_what_does_not_exist_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    body = {"person_id": str(ANNA), "answer": "declined"} if "answers" in path else {}

    response = await api.post(path.format(id=uuid4()), json=body)

    assert response.status_code == 404


async def test_answers_are_for_who_has_the_token(api: httpx.AsyncClient, hybrid: str) -> None:
    wrong = {"Authorization": "Bearer wrong"}

    statuses = [
        (await api.get(f"/meetings/{hybrid}/answers", headers=wrong)).status_code,
        (await api.post(f"/meetings/{hybrid}/answers", headers=wrong, json={})).status_code,
        (await api.post(f"/meetings/{hybrid}/capacity", headers=wrong, json={})).status_code,
    ]

    assert statuses == [401] * 3
