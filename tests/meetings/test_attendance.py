"""Which organisations came to a meeting is entered after it and corrected, and what was entered before stays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.meetings import storage, use_cases
from services.meetings.attendance import Came, Entered
from services.meetings.domain import Meeting
from services.meetings.network import Organisation
from tests.conftest import DatabaseOf
from tests.meetings.asking import get, post
from tests.meetings.builders import joined, left, series, updated
from tests.meetings.conftest import Service, web

KOEGE, RIBE, SKIVE = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = {KOEGE: ("Køge Handel", "Køge", "Sjælland"), RIBE: ("Ribe Handel", "Ribe", "Syddanmark")}


@pytest.fixture
async def meetings(service: Service) -> list[Meeting]:
    """Hybrid meetings, the first of which is over; Skive was told of without a region."""
    await service.hear(
        *(joined(identity, name=name, town=town, region=region) for identity, (name, town, region) in NAMES.items()),
        joined(SKIVE, name="Skive Handel", town="Skive", region=None),
    )
    meetings = await service.create(series(mode="hybrid", place="Rådhuset"))
    service.now = meetings[0].ends_at
    return meetings


@pytest.fixture
async def api(database: DatabaseOf, service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with web(await database("meetings"), service.clock) as client:
        yield client


async def enter(service: Service, meeting: Meeting, *entered: Entered) -> None:
    async with service.database.transaction() as conn:
        await use_cases.enter_attendance(conn, meeting.id, entered, who="Mette", now=service.now)


def body(organisation: UUID, came: bool, attendance: str | None = None, who: str = "Mette") -> dict[str, Any]:
    one = {"organisation_id": str(organisation), "came": came, "attendance": attendance}
    return {"who": who, "organisations": [one]}


async def test_attendance_is_entered_and_corrected_with_its_history(
    api: httpx.AsyncClient, service: Service, meetings: list[Meeting]
) -> None:
    path = f"/meetings/{meetings[0].id}/attendance"
    first = body(KOEGE, True, "online")
    first["organisations"] += body(RIBE, False)["organisations"]
    await post(api, path, first)
    service.now += timedelta(days=1)

    shown = await post(api, path, body(KOEGE, True, "in_person", who="Lars"))
    await post(api, path, body(KOEGE, True, "in_person", who="Mette"))

    entered = {"came": True, "attendance": "online", "who": "Mette", "entered_at": "2026-03-12T10:30:00+01:00"}
    corrected = {**entered, "attendance": "in_person", "who": "Lars", "entered_at": "2026-03-13T10:30:00+01:00"}
    absent = {**entered, "came": False, "attendance": None}
    koege = {"organisation_id": str(KOEGE), "name": "Køge Handel", "town": "Køge", "region": "Sjælland"}
    ribe = {"organisation_id": str(RIBE), "name": "Ribe Handel", "town": "Ribe", "region": "Syddanmark"}
    assert shown == {
        "organisations": [{**koege, **corrected, "before": [entered]}, {**ribe, **absent, "before": []}],
    }
    assert await get(api, path) == shown


async def test_what_came_is_listed_of_several_meetings_as_last_entered(
    service: Service, meetings: list[Meeting]
) -> None:
    first, second, third, *_ = meetings
    service.now = third.ends_at
    came, absent = Entered(KOEGE, True, "online"), Entered(KOEGE, False)
    await enter(service, first, came, Entered(SKIVE, True, "in_person"), Entered(RIBE, False))
    await enter(service, second, came)
    await enter(service, second, absent)
    await enter(service, third, absent)
    await enter(service, third, came)

    async with service.database.connection() as conn:
        listed = await storage.organisations_that_came(conn, [first.id, second.id])
        of_the_third = await storage.organisations_that_came(conn, [third.id])

    koege = Organisation(KOEGE, *NAMES[KOEGE])
    skive = Organisation(SKIVE, "Skive Handel", "Skive", None)
    assert listed == [Came(first.id, koege, "online"), Came(first.id, skive, "in_person")]
    assert of_the_third == [Came(third.id, koege, "online")]


async def test_a_region_is_known_from_the_next_word_on_a_member(service: Service, meetings: list[Meeting]) -> None:
    await service.hear(left(RIBE, version=2), updated(SKIVE, version=2))
    await enter(service, meetings[0], *(Entered(each, True, "online") for each in (RIBE, SKIVE)))

    async with service.database.connection() as conn:
        came = await storage.organisations_that_came(conn, [meetings[0].id])

    assert {each.organisation.id: each.organisation.region for each in came} == {RIBE: "Sjælland", SKIVE: "Sjælland"}


async def test_a_region_that_is_not_known_yet_is_taken_from_the_same_version_said_again(
    service: Service, meetings: list[Meeting]
) -> None:
    await service.hear(joined(SKIVE, name="Skive", region="Midtjylland"), joined(KOEGE, region="Nordjylland"))
    await enter(service, meetings[0], *(Entered(each, True, "online") for each in (KOEGE, SKIVE)))

    async with service.database.connection() as conn:
        came = await storage.organisations_that_came(conn, [meetings[0].id])

    assert [(one.organisation.name, one.organisation.region) for one in came] == [
        ("Køge Handel", "Sjælland"),
        ("Skive", "Midtjylland"),
    ]


async def test_two_who_enter_the_same_at_once_enter_it_once(service: Service, meetings: list[Meeting]) -> None:
    came = Entered(KOEGE, True, "online")

    await asyncio.gather(*(enter(service, meetings[0], came) for _ in range(4)))

    async with service.database.connection() as conn:
        assert len(await storage.list_entries(conn, meetings[0].id)) == 1


@pytest.mark.parametrize(
    ("wrong", "status", "code", "field"),
    [
        ({"who": " "}, 422, "invalid", "who"),
        ({"organisations": []}, 422, "invalid", "organisations"),
        ({"organisations": 2 * body(KOEGE, False)["organisations"]}, 422, "invalid", "organisations"),
        (body(uuid4(), False), 422, "unknown_organisation", "organisations.0.organisation_id"),
        (body(KOEGE, True), 422, "attendance_is_missing", "organisations.0.attendance"),
        (body(KOEGE, False, "online"), 422, "no_such_attendance", "organisations.0.attendance"),
    ],
)
async def test_a_wrong_entry_is_refused_by_field(
    api: httpx.AsyncClient, meetings: list[Meeting], wrong: dict[str, Any], status: int, code: str, field: str
) -> None:
    path = f"/meetings/{meetings[0].id}/attendance"

    problem = await post(api, path, {**body(KOEGE, True, "online"), **wrong}, status)

    assert (problem["title"], problem["faults"][0]["field"]) == (code, field)


async def test_nobody_has_come_to_what_has_not_begun_or_was_cancelled(
    api: httpx.AsyncClient, service: Service, meetings: list[Meeting]
) -> None:
    _, second, third, *_ = meetings
    await post(api, f"/meetings/{second.id}/cancel", {})

    early = await post(api, f"/meetings/{third.id}/attendance", body(KOEGE, False), 409)
    cancelled = await post(api, f"/meetings/{second.id}/attendance", body(KOEGE, False), 409)

    assert (early["title"], cancelled["title"]) == ("meeting_has_not_begun", "meeting_is_cancelled")
    await post(api, f"/meetings/{uuid4()}/attendance", body(KOEGE, False), 404)
    assert (await api.get(f"/meetings/{third.id}/attendance", headers={"Authorization": "no"})).status_code == 401


@pytest.mark.parametrize(
    "act", ["UPDATE attendances SET who = 'me'", "DELETE FROM attendances", "TRUNCATE attendances"]
)
async def test_who_runs_the_service_cannot_change_what_was_entered(
    service: Service, meetings: list[Meeting], act: str
) -> None:
    await enter(service, meetings[0], Entered(KOEGE, False))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with service.database.transaction() as conn:
            await conn.execute(act)
