"""The JSON API as an operator's program sees it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.meetings.app import build
from services.meetings.settings import Settings
from tests.conftest import DatabaseOf
from tests.meetings.builders import MONDAY_NOON, UID_DOMAIN, joined, started
from tests.meetings.conftest import Service

TOKEN = "a-token-of-the-operator"
KOEGE, ANNA, MANDATE = UUID(int=1), UUID(int=2), UUID(int=3)

ONLINE = {
    "title": "Netværksmøde",
    "recurrence": {"weekday": "thursday", "nth": 2},
    "starts_at": "09:30",
    "minutes": 60,
    "mode": "online",
    "link": "https://meet.example/network",
    "horizon_days": 30,
}


@pytest.fixture
async def api(database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    """The web part alone, with the operator's token."""
    settings = Settings.model_validate(
        {
            "database_url": (await database("meetings")).runtime_url,
            "amqp_url": "amqp://127.0.0.1",
            "operator_token": TOKEN,
            "uid_domain": UID_DOMAIN,
        }
    )
    app = build(settings, ["web"], now=lambda: MONDAY_NOON)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://meetings",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    async with app.router.lifespan_context(app), client:
        yield client


async def post(api: httpx.AsyncClient, path: str, body: object, status: int = 200) -> Any:
    response = await api.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


async def test_a_series_is_answered_with_its_planned_meetings(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)

    march, april, *_ = created["meetings"]
    assert len(created["meetings"]) == 12
    assert (march["starts_at"], march["ends_at"]) == ("2026-03-12T09:30:00+01:00", "2026-03-12T10:30:00+01:00")
    assert (april["starts_at"], april["ends_at"]) == ("2026-04-09T09:30:00+02:00", "2026-04-09T10:30:00+02:00")
    assert march["uid"] == f"{march['id']}@{UID_DOMAIN}"
    assert (march["status"], march["sequence"], march["invited"]) == ("scheduled", 0, 0)


async def test_a_series_is_shown_as_it_was_asked_for(api: httpx.AsyncClient) -> None:
    quarterly = {
        **ONLINE,
        "recurrence": {"weekday": "friday", "nth": -1, "months": [12, 3, 6, 9]},
        "from": "2026-04-01",
        "until": "2027-12-31",
        "mode": "physical",
        "link": None,
        "place": "Rådhuset",
        "host_town": "Køge",
        "on_holiday": "skip",
    }

    created = await post(api, "/series", quarterly, 201)

    del created["meetings"]
    expected = {**quarterly, "id": created["id"]}
    expected["recurrence"] = {"weekday": "friday", "nth": -1, "months": [3, 6, 9, 12]}
    assert created == expected
    assert (await api.get("/series")).json() == {"series": [expected]}


async def test_meetings_are_listed_from_a_day_on_and_by_series(api: httpx.AsyncClient) -> None:
    first = await post(api, "/series", ONLINE, 201)
    await post(api, "/series", ONLINE, 201)

    everything = (await api.get("/meetings")).json()["meetings"]
    listed = (await api.get("/meetings", params={"from": "2026-12-10", "series": first["id"]})).json()["meetings"]

    assert len(everything) == 24
    assert [meeting["starts_at"][:10] for meeting in listed] == ["2026-12-10", "2027-01-14", "2027-02-11"]
    assert {meeting["series_id"] for meeting in listed} == {first["id"]}


async def test_a_meeting_shows_how_many_are_invited(api: httpx.AsyncClient, service: Service) -> None:
    meeting = (await post(api, "/series", ONLINE, 201))["meetings"][0]
    await service.plan()
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))

    shown = (await api.get(f"/meetings/{meeting['id']}")).json()

    assert shown == {**meeting, "invited": 1}


@pytest.mark.parametrize("starts_at", ["2026-06-11T09:30", "2026-06-11T07:30Z", "2026-06-11T09:30+02:00"])
async def test_a_meeting_is_moved_in_local_time_or_with_an_offset(api: httpx.AsyncClient, starts_at: str) -> None:
    meeting = (await post(api, "/series", ONLINE, 201))["meetings"][0]

    moved = await post(api, f"/meetings/{meeting['id']}/move", {"starts_at": starts_at})
    again = await post(api, f"/meetings/{meeting['id']}/move", {"starts_at": starts_at})

    expected = {"starts_at": "2026-06-11T09:30:00+02:00", "ends_at": "2026-06-11T10:30:00+02:00", "sequence": 1}
    assert moved == again == {**meeting, **expected}


async def test_a_cancelled_meeting_says_why_and_stays_where_it_is(api: httpx.AsyncClient) -> None:
    meeting = (await post(api, "/series", ONLINE, 201))["meetings"][0]

    cancelled = await post(api, f"/meetings/{meeting['id']}/cancel", {"reason": "Stormflod"})
    without_a_body = await api.post(f"/meetings/{meeting['id']}/cancel")
    refused = await post(api, f"/meetings/{meeting['id']}/move", {"minutes": 90}, 409)

    assert cancelled == {**meeting, "status": "cancelled", "reason": "Stormflod", "sequence": 1}
    assert without_a_body.json() == cancelled
    assert refused["title"] == "meeting_is_cancelled"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "to\nlines"}, "title"),
        ({"title": "  "}, "title"),
        ({"recurrence": {"weekday": "torsdag", "nth": 2}}, "recurrence.weekday"),
        ({"recurrence": {"weekday": "thursday", "nth": 6}}, "recurrence.nth"),
        ({"recurrence": {"weekday": "thursday", "nth": 2, "months": [13]}}, "recurrence.months.0"),
        ({"recurrence": {"weekday": "thursday", "nth": 2, "months": []}}, "recurrence.months"),
        ({"starts_at": "9:30"}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"from": "2026-02-30"}, "from"),
        ({"until": "2026-03-01"}, "until"),
        ({"mode": "zoom"}, "mode"),
        ({"link": "meet.example"}, "link"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": None}, "link"),
        ({"mode": "physical"}, "place"),
        ({"on_holiday": "ignore"}, "on_holiday"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_series_is_refused_by_field(api: httpx.AsyncClient, change: dict[str, Any], field: str) -> None:
    problem = await post(api, "/series", {**ONLINE, **change}, 422)

    assert [fault["field"] for fault in problem["faults"]] == [field]
    assert (await api.get("/series")).json() == {"series": []}


@pytest.mark.parametrize(
    "starts_at",
    ["2026-03-02T09:30", "2026-03-29T02:30", "2026-04-09T09:30:01", "2026-04-09", "9999-12-31T23:59", 1770000000],
)
async def test_a_meeting_is_not_moved_to_where_there_is_no_time(api: httpx.AsyncClient, starts_at: object) -> None:
    meeting = (await post(api, "/series", ONLINE, 201))["meetings"][0]

    problem = await post(api, f"/meetings/{meeting['id']}/move", {"starts_at": starts_at}, 422)

    assert [fault["field"] for fault in problem["faults"]] == ["starts_at"]


async def test_an_unknown_meeting_is_not_found(api: httpx.AsyncClient) -> None:
    response = await api.get(f"/meetings/{uuid4()}")

    assert response.status_code == 404


async def test_without_the_operators_token_there_is_no_answer(api: httpx.AsyncClient) -> None:
    response = await api.get("/meetings", headers={"Authorization": "Bearer another-token-altogether"})

    assert response.status_code == 401


async def test_the_overview_counts_by_kind_and_state(api: httpx.AsyncClient, service: Service) -> None:
    created = await post(api, "/series", ONLINE, 201)
    await service.plan()
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await post(api, f"/meetings/{created['meetings'][1]['id']}/cancel", {})

    assert (await api.get("/overview")).json() == {
        "series": 1,
        "meetings_scheduled": 11,
        "meetings_begun": 0,
        "meetings_cancelled": 1,
        "invitations_standing": 1,
        "invitations_not_standing": 0,
        "members_active": 1,
        "members_not_active": 0,
        "people": 0,
        "mandates_current": 1,
        "mandates_not_current": 0,
        "outbox": 2,
    }
