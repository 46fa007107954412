"""Whoever says how they saw a thing does not change it as somebody else has made it since."""

import base64
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.meetings.domain import Meeting
from tests.meetings.asking import get
from tests.meetings.builders import MONDAY_NOON, joined, series
from tests.meetings.conftest import Service

KOEGE = UUID(int=1)


@pytest.fixture
async def meeting(service: Service) -> Meeting:
    await service.hear(joined(KOEGE))
    planned, *_ = await service.create(series(mode="hybrid", place="Rådhuset"))
    return planned


def changes(meeting: Meeting) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """What is seen where, what changes it, and two changes."""
    one, whole = f"/meetings/{meeting.id}", f"/series/{meeting.series_id}"
    return [
        (one, f"{one}/move", {"minutes": 90}, {"minutes": 30}),
        (f"{one}/capacity", f"{one}/capacity", {"in_person": 5}, {"in_person": 6}),
        (f"{whole}/capacity", f"{whole}/capacity", {"online": 50}, {"online": 60}),
        (whole, f"{whole}/change", {"from": "2026-04-01", "minutes": 90}, {"from": "2026-04-01", "minutes": 30}),
        (whole, f"{whole}/end", {"from": "2026-12-01"}, {"from": "2026-11-01"}),
        (one, f"{one}/cancel", {"reason": "Sne"}, {}),
    ]


async def test_a_change_of_what_was_changed_meanwhile_is_refused(api: httpx.AsyncClient, meeting: Meeting) -> None:
    for seen_at, change_at, first, second in changes(meeting):
        seen = {"If-Match": (await api.get(seen_at)).headers["ETag"]}

        changed = await api.post(change_at, json=first, headers=seen)
        before = await get(api, seen_at)
        refused = await api.post(change_at, json=second, headers=seen)

        assert changed.status_code == 200, change_at
        assert (refused.status_code, refused.json()["title"]) == (412, "changed_meanwhile"), change_at
        assert await get(api, seen_at) == before


async def test_a_change_says_how_the_thing_is_now(api: httpx.AsyncClient, meeting: Meeting) -> None:
    moved = await api.post(f"/meetings/{meeting.id}/move", json={"minutes": 90})

    again = await api.post(
        f"/meetings/{meeting.id}/move", json={"minutes": 30}, headers={"If-Match": f'"other", {moved.headers["ETag"]}'}
    )

    assert again.status_code == 200
    assert again.headers["ETag"] == (await api.get(f"/meetings/{meeting.id}")).headers["ETag"]


@pytest.mark.parametrize("seen", ["*", None])
async def test_whoever_does_not_say_how_they_saw_it_changes_it_as_it_is(
    api: httpx.AsyncClient, meeting: Meeting, seen: str | None
) -> None:
    headers = {"If-Match": seen} if seen else {}

    assert (await api.post(f"/meetings/{meeting.id}/cancel", json={}, headers=headers)).status_code == 200


@pytest.mark.parametrize("seen", ['"something else"', 'W/"x"', "not quoted"])
async def test_what_is_no_tag_of_the_thing_is_refused(api: httpx.AsyncClient, meeting: Meeting, seen: str) -> None:
    refused = await api.post(f"/meetings/{meeting.id}/cancel", json={}, headers={"If-Match": seen})

    assert refused.status_code == 412


async def test_a_meeting_is_moved_once_by_a_request_that_is_sent_again(
    service: Service, api: httpx.AsyncClient, meeting: Meeting
) -> None:
    key = {"Idempotency-Key": "move", "If-Match": (await api.get(f"/meetings/{meeting.id}")).headers["ETag"]}

    first, again = [await api.post(f"/meetings/{meeting.id}/move", json={"minutes": 90}, headers=key) for _ in range(2)]

    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert len(await service.said()) == 1


async def test_meetings_come_page_by_page(service: Service, api: httpx.AsyncClient) -> None:
    from_today = {"from": MONDAY_NOON.date().isoformat()}
    for number in range(10):
        await service.create(series(title=f"Series {number}"))
    expected = [str(each.id) for each in await service.meetings()]

    first = await get_page(api, from_today)
    second = await get_page(api, {**from_today, "after": first["next"]})
    nonsense = [["0001-01-01T00:00:00+14:00", expected[0]], ["2026-03-01", "x"], 1]
    cursors = ["nonsense", "æ", *(base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in nonsense)]
    refused = [await api.get("/meetings", params={"after": each}) for each in cursors]

    assert [each["id"] for each in [*first["meetings"], *second["meetings"]]] == expected
    assert (len(first["meetings"]), len(second["meetings"]), second["next"]) == (100, len(expected) - 100, None)
    assert {(each.status_code, each.json()["faults"][0]["field"]) for each in refused} == {(422, "after")}


async def get_page(api: httpx.AsyncClient, asked: dict[str, str]) -> Any:
    response = await api.get("/meetings", params=asked)
    assert response.status_code == 200, response.text
    return response.json()
