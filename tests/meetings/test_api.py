"""The JSON API as an operator's program sees it."""

from uuid import UUID, uuid4

import httpx
import pytest

from tests.meetings.asking import ONLINE, post
from tests.meetings.builders import joined, started
from tests.meetings.conftest import Service

KOEGE, ANNA, MANDATE = UUID(int=1), UUID(int=2), UUID(int=3)


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

    expected = {"starts_at": "2026-06-11T09:30:00+02:00", "ends_at": "2026-06-11T10:30:00+02:00"}
    assert moved == again == {**meeting, **expected, "sequence": 1, "changed_by_hand": True}


async def test_a_cancelled_meeting_says_why_and_stays_where_it_is(api: httpx.AsyncClient) -> None:
    meeting = (await post(api, "/series", ONLINE, 201))["meetings"][0]

    cancelled = await post(api, f"/meetings/{meeting['id']}/cancel", {"reason": "Stormflod"})
    without_a_body = await api.post(f"/meetings/{meeting['id']}/cancel")
    refused = await post(api, f"/meetings/{meeting['id']}/move", {"minutes": 90}, 409)

    expected = {"status": "cancelled", "reason": "Stormflod", "sequence": 1, "changed_by_hand": True}
    assert cancelled == {**meeting, **expected}
    assert without_a_body.json() == cancelled
    assert refused["title"] == "meeting_is_cancelled"


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
