"""One act has a town host a meeting: whoever is asked to it is told in place, and the town is asked once."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.meetings import use_cases
from services.meetings.domain import Meeting
from shared.contracts.meetings import HostAsked, MeetingRescheduled
from shared.links import AnswerLink, AnswerLinks
from tests.meetings.asking import get, post
from tests.meetings.builders import ANSWER_SECRET, joined, series, started
from tests.meetings.conftest import Service

KOEGE, RIBE, SKIVE, MORS, ANNA, BO, CARL, DORTE, ELSE = (UUID(int=number) for number in range(1, 10))
HALL: dict[str, Any] = {"mode": "physical", "link": None, "place": "Rådhuset", "host_town": "Køge", "horizon_days": 60}


@pytest.fixture
async def meetings(service: Service) -> list[Meeting]:
    """Meetings in Køge, the first two of which people are asked to; nobody acts for the member in Mors."""
    towns = {
        KOEGE: ("Køge", "Sjælland"),
        RIBE: ("Ribe", "Syddanmark"),
        SKIVE: ("Skive", "Midtjylland"),
        MORS: ("Mors", None),
    }
    acting = ((ANNA, KOEGE), (BO, RIBE), (CARL, RIBE), (CARL, SKIVE))
    await service.hear(
        *(joined(identity, town=town, region=region) for identity, (town, region) in towns.items()),
        *(started(uuid4(), organisation, person) for person, organisation in acting),
    )
    meetings = await service.create(series(**HALL))
    await service.plan()
    await service.said()
    return meetings


async def choose(service: Service, meeting: Meeting, town: str, **named: str | None) -> Meeting:
    async with service.database.transaction() as conn:
        place, address = named.get("place"), named.get("address")
        return await use_cases.choose_host(
            conn, meeting.id, town, place=place, address=address, correlation_id="host", now=service.now
        )


async def test_a_host_is_asked_and_everybody_is_told_in_place(service: Service, meetings: list[Meeting]) -> None:
    chosen = await choose(service, meetings[0], "ribe")

    rescheduled, asked = await service.said()
    assert isinstance(rescheduled, MeetingRescheduled)
    assert isinstance(asked, HostAsked)
    assert (rescheduled.meeting.host_town, rescheduled.meeting.place) == ("Ribe", None)
    assert (rescheduled.meeting.uid, rescheduled.revision.sequence) == (meetings[0].uid, 1)
    assert (asked.meeting, asked.town, set(asked.people)) == (rescheduled.meeting, "Ribe", {BO, CARL})
    assert (chosen.host_town, chosen.changed_by_hand) == ("Ribe", True)


async def test_a_meeting_planned_without_a_place_gets_one_with_its_host(
    api: httpx.AsyncClient, meetings: list[Meeting]
) -> None:
    body = {
        "title": "Kvartalsmøde",
        "recurrence": {"kind": "single", "day": "2026-03-20"},
        "starts_at": "10:00",
        "minutes": 60,
        "mode": "physical",
        "horizon_days": 60,
    }

    (planned,) = (await post(api, "/series", body, 201))["meetings"]
    shown = await api.get(f"/answer/{AnswerLinks(ANSWER_SECRET).token(AnswerLink(UUID(planned['id']), ANNA))}")
    hosted = await post(api, f"/meetings/{planned['id']}/host", {"town": "Ribe", "place": "Seminariehuset"})

    assert (planned["place"], planned["host_town"]) == (None, None)
    assert "Stedet følger" in shown.text
    assert (hosted["place"], hosted["host_town"]) == ("Seminariehuset", "Ribe")


async def test_the_same_again_changes_nothing_and_asks_nobody(service: Service, meetings: list[Meeting]) -> None:
    first = await choose(service, meetings[0], "Ribe", place="Seminariehuset")
    await service.said()

    second = await choose(service, meetings[0], "Ribe")

    assert second == first
    assert await service.said() == []


async def test_a_place_that_is_found_later_is_told_without_asking_again(
    service: Service, meetings: list[Meeting]
) -> None:
    await choose(service, meetings[0], "Ribe")
    await service.said()

    found = await choose(service, meetings[0], "Ribe", place="Seminariehuset", address="Seminarievej 25")

    (told,) = await service.said()
    assert isinstance(told, MeetingRescheduled)
    assert told.meeting.place == "Seminariehuset, Seminarievej 25"
    assert (found.place, found.revision.sequence) == ("Seminariehuset", 2)


async def test_a_town_that_hosts_already_is_asked_all_the_same(service: Service, meetings: list[Meeting]) -> None:
    chosen = await choose(service, meetings[0], "Køge")

    (asked,) = await service.said()
    assert isinstance(asked, HostAsked)
    assert (asked.town, asked.people) == ("Køge", (ANNA,))
    assert chosen == meetings[0]


async def test_a_town_is_asked_anew_when_another_was_in_between(service: Service, meetings: list[Meeting]) -> None:
    for town in ("Ribe", "Skive", "Ribe"):
        await choose(service, meetings[0], town)

    asked = [event for event in await service.said() if isinstance(event, HostAsked)]
    assert [(event.town, event.meeting.version) for event in asked] == [("Ribe", 2), ("Skive", 3), ("Ribe", 4)]


async def test_two_who_choose_at_once_ask_once(service: Service, meetings: list[Meeting]) -> None:
    await asyncio.gather(*(choose(service, meetings[0], "Ribe") for _ in range(4)))

    assert [event.type for event in await service.said()] == [MeetingRescheduled.type, HostAsked.type]


async def test_the_proposal_gives_its_reasons_in_order_and_follows_what_was_chosen(
    api: httpx.AsyncClient, meetings: list[Meeting]
) -> None:
    _, second, third, *rest = meetings
    for meeting in rest:
        await post(api, f"/meetings/{meeting.id}/cancel", {})

    proposal = await get(api, f"/meetings/{second.id}/host")
    await post(api, f"/meetings/{third.id}/host", {"town": "Skive"})
    afterwards = await get(api, f"/meetings/{second.id}/host")

    assert proposal == {
        "host_town": "Køge",
        "asked": None,
        "candidates": [
            {"town": "Ribe", "region": "Syddanmark", "alternates": True, "last_hosted": None},
            {"town": "Skive", "region": "Midtjylland", "alternates": True, "last_hosted": None},
            {"town": "Køge", "region": "Sjælland", "alternates": False, "last_hosted": "2026-05-21T09:30:00+02:00"},
        ],
        "excluded": [],
    }
    assert [one["town"] for one in afterwards["candidates"]] == ["Ribe", "Køge", "Skive"]
    assert [one["alternates"] for one in afterwards["candidates"]] == [True, False, False]
    assert (await get(api, f"/meetings/{third.id}/host"))["asked"] == "Skive"


async def test_a_town_is_excluded_with_a_reason_and_included_again(
    api: httpx.AsyncClient, meetings: list[Meeting]
) -> None:
    path = f"/meetings/{meetings[0].id}/host"
    body = {"town": "RIBE", "reason": "Torvet graves op", "who": "Mette"}

    statuses = [(await api.post("/towns/exclude", json=body)).status_code for _ in range(2)]

    excluded = {**body, "town": "Ribe", "excluded_at": "2026-03-02T13:00:00+01:00"}
    assert statuses == [204, 204]
    assert await get(api, "/towns/excluded") == {"towns": [excluded]}
    proposal = await get(api, path)
    assert ([one["town"] for one in proposal["candidates"]], proposal["excluded"]) == (["Skive", "Køge"], [excluded])
    assert (await post(api, path, {"town": "Ribe"}, 409))["title"] == "town_is_excluded"

    assert (await api.post("/towns/include", json={"town": "ribe"})).status_code == 204

    assert await get(api, "/towns/excluded") == {"towns": []}
    assert (await post(api, path, {"town": "Ribe"}))["host_town"] == "Ribe"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"town": "Mors"}, 422, "unknown_town", "town"),
        ({"town": "Kolding"}, 422, "unknown_town", "town"),
        ({"town": ""}, 422, "invalid", "town"),
        ({}, 422, "invalid", "town"),
    ],
)
async def test_a_town_that_cannot_be_asked_is_refused(
    api: httpx.AsyncClient, meetings: list[Meeting], body: dict[str, str], status: int, code: str, field: str
) -> None:
    problem = await post(api, f"/meetings/{meetings[0].id}/host", body, status)

    assert (problem["title"], problem["faults"][0]["field"]) == (code, field)


async def test_only_a_meeting_in_person_that_is_to_come_gets_a_host(
    api: httpx.AsyncClient, service: Service, meetings: list[Meeting]
) -> None:
    online, *_ = await service.create(series())
    await post(api, f"/meetings/{meetings[0].id}/cancel", {})

    assert (await post(api, f"/meetings/{online.id}/host", {"town": "Ribe"}, 409))["title"] == "nobody_travels"
    assert (await post(api, f"/meetings/{meetings[0].id}/host", {"town": "Ribe"}, 409))[
        "title"
    ] == "meeting_is_cancelled"
    assert (await api.get(f"/meetings/{online.id}/host")).status_code == 409
    assert (await api.get(f"/meetings/{uuid4()}/host")).status_code == 404
    assert (await api.get(f"/meetings/{meetings[0].id}/host", headers={"Authorization": "no"})).status_code == 401


async def test_who_begins_to_act_for_a_town_that_was_asked_is_asked_too(
    service: Service, meetings: list[Meeting]
) -> None:
    asked = await choose(service, meetings[0], "Ribe")
    await service.said()

    await service.hear(started(uuid4(), RIBE, DORTE), started(uuid4(), KOEGE, ELSE))

    again = [event for event in await service.said() if isinstance(event, HostAsked)]
    assert [(event.meeting.id, event.town, event.people) for event in again] == [(asked.id, "Ribe", (DORTE,))]
