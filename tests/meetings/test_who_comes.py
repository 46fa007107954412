"""Who comes is shown by organisation and by person; who has stayed away for long is listed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.meetings import use_cases
from services.meetings.answers import Answer, Choice, PlaceState
from services.meetings.attendance import Entered
from services.meetings.domain import Meeting
from services.meetings.network import Organisation
from services.meetings.who_comes import STATES, Asked, by_organisation, counted
from tests.conftest import DatabaseOf
from tests.meetings.asking import get, post
from tests.meetings.builders import MONDAY_NOON, joined, left, person_updated, series, started
from tests.meetings.conftest import Service, web

KOEGE, RIBE, SKIVE, ANNA, BO, CARL, DORTE = (UUID(int=number) for number in range(1, 8))
TOWNS = {KOEGE: "Køge", RIBE: "Ribe", SKIVE: "Skive"}
NAMES = {ANNA: "Anna", BO: "Bo", CARL: "Carl", DORTE: "Dorte"}


@pytest.fixture
async def api(database: DatabaseOf, service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with web(await database("meetings"), service.clock) as client:
        yield client


@pytest.fixture
async def network(service: Service) -> None:
    """Anna and Bo act for Køge, Bo also for Ribe, Carl and Dorte for Skive."""
    acting = ((ANNA, KOEGE), (BO, KOEGE), (BO, RIBE), (CARL, SKIVE), (DORTE, SKIVE))
    await service.hear(
        *(joined(identity, name=f"{name} Handel", town=name) for identity, name in TOWNS.items()),
        *(started(uuid4(), organisation, person) for person, organisation in acting),
        *(person_updated(person, name) for person, name in NAMES.items()),
    )


async def entered(service: Service, meeting: Meeting, came: dict[UUID, bool]) -> None:
    service.now = meeting.ends_at
    async with service.database.transaction() as conn:
        organisations = [Entered(organisation, one) for organisation, one in came.items()]
        await use_cases.enter_attendance(conn, meeting.id, organisations, who="Mette", now=service.now)


@pytest.mark.usefixtures("network")
async def test_who_comes_is_shown_by_organisation_and_by_person(api: httpx.AsyncClient, service: Service) -> None:
    meeting, *_ = await service.create(series())
    await service.plan()
    for person, choice in ((ANNA, "declined"), (BO, "accepted"), (CARL, "declined")):
        await post(api, f"/meetings/{meeting.id}/answers", {"person_id": str(person), "answer": choice})

    shown = await get(api, f"/meetings/{meeting.id}/who-comes")

    assert [(one["name"], one["state"], one["people"]) for one in shown["organisations"]] == [
        ("Køge Handel", "accepted", [str(ANNA), str(BO)]),
        ("Ribe Handel", "accepted", [str(BO)]),
        ("Skive Handel", "unanswered", [str(CARL), str(DORTE)]),
    ]
    assert [(one["name"], one["state"], one["organisations"]) for one in shown["people"]] == [
        ("Anna", "declined", [str(KOEGE)]),
        ("Bo", "accepted", [str(KOEGE), str(RIBE)]),
        ("Carl", "declined", [str(SKIVE)]),
        ("Dorte", "unanswered", [str(SKIVE)]),
    ]
    assert shown["people"][1]["answer"]["place_state"] == "confirmed"
    assert shown["people"][3]["answer"] is None
    none = dict.fromkeys(STATES, 0)
    assert shown["counts"] == {
        "organisations": {**none, "accepted": 2, "unanswered": 1},
        "people": {**none, "accepted": 1, "declined": 2, "unanswered": 1},
    }


@pytest.mark.usefixtures("network")
async def test_who_left_is_asked_no_more_and_nothing_is_found_of_no_meeting(
    api: httpx.AsyncClient, service: Service
) -> None:
    meeting, *_ = await service.create(series())
    await service.plan()
    await service.hear(left(SKIVE))

    shown = await get(api, f"/meetings/{meeting.id}/who-comes")

    assert [one["name"] for one in shown["organisations"]] == ["Køge Handel", "Ribe Handel"]
    assert (await api.get(f"/meetings/{uuid4()}/who-comes")).status_code == 404


@pytest.mark.usefixtures("network")
async def test_who_stayed_away_three_times_running_is_listed_while_a_member(
    api: httpx.AsyncClient, service: Service
) -> None:
    first, second, third, fourth, *_ = await service.create(series())
    await entered(service, first, {KOEGE: True, RIBE: False, SKIVE: False})
    await entered(service, third, {KOEGE: False, RIBE: False, SKIVE: True})
    before = await get(api, "/organisations/absent")
    await entered(service, fourth, {KOEGE: False, RIBE: False, SKIVE: False})
    await entered(service, third, {SKIVE: False})

    absent = (await get(api, "/organisations/absent"))["absent"]
    await service.hear(left(RIBE))
    later = (await get(api, "/organisations/absent"))["absent"]

    assert before == {"absent": []}
    assert [(one["name"], one["series_id"]) for one in absent] == [
        ("Ribe Handel", str(first.series_id)),
        ("Skive Handel", str(first.series_id)),
    ]
    assert [one["id"] for one in absent[0]["meetings"]] == [str(each.id) for each in (fourth, third, first)]
    assert second.id not in {UUID(one["id"]) for one in absent[0]["meetings"]}
    assert [one["name"] for one in later] == ["Skive Handel"]


@pytest.mark.usefixtures("network")
async def test_meetings_of_a_crisis_do_not_count_among_those_stayed_away_from(
    api: httpx.AsyncClient, service: Service
) -> None:
    first, second, third, *_ = await service.create(series())
    for meeting in (first, second, third):
        await entered(service, meeting, {KOEGE: True, RIBE: False, SKIVE: True})
    crisis = {
        "reason": "Butikkerne er lukket.",
        "recurrence": {"kind": "every_weekday"},
        "starts_at": "08:30",
        "minutes": 30,
        "from": "2026-06-01",
        "until": "2026-06-03",
        "normal_meetings": "pause",
    }
    begun = await post(api, f"/series/{first.series_id}/crisis", crisis, 201)
    for meeting in await service.meetings():
        if meeting.crisis_id == UUID(begun["crisis"]["id"]):
            await entered(service, meeting, {KOEGE: False, RIBE: True, SKIVE: True})

    absent = (await get(api, "/organisations/absent"))["absent"]

    assert [one["name"] for one in absent] == ["Ribe Handel"]


@pytest.mark.usefixtures("network")
async def test_a_series_that_has_ended_tells_nothing_of_who_stays_away(
    api: httpx.AsyncClient, service: Service
) -> None:
    first, second, third, *_ = await service.create(series())
    for meeting in (first, second, third):
        await entered(service, meeting, {RIBE: False})
    listed = (await get(api, "/organisations/absent"))["absent"]
    await post(api, f"/series/{first.series_id}/end", {"from": f"{service.now:%Y-%m-%d}"})
    service.now += timedelta(days=1)

    assert len(listed) == 1
    assert await get(api, "/organisations/absent") == {"absent": []}


def answered(choice: Choice | None, place: PlaceState = "confirmed") -> Asked:
    answer: Any = None
    if choice:
        answer = Answer(
            meeting_id=UUID(int=9),
            person_id=ANNA,
            choice=choice,
            attendance=None if choice == "declined" else "online",
            comment=None,
            given_at=MONDAY_NOON,
            place=place,
            turn=None,
            offered_until=None,
            version=1,
        )
    return Asked(ANNA, "Anna", (Organisation(KOEGE, "Køge Handel", "Køge", None),), answer)


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (answered("accepted"), "accepted"),
        (answered("accepted", "waiting"), "waiting"),
        (answered("accepted", "offered"), "waiting"),
        (answered("accepted", "none"), "unanswered"),
        (answered("tentative", "none"), "tentative"),
        (answered("declined", "none"), "declined"),
        (answered(None), "unanswered"),
    ],
)
def test_a_person_is_in_one_state(asked: Asked, state: str) -> None:
    assert asked.state == state


@given(st.lists(st.sampled_from(get_args(Choice)), max_size=3), st.integers(0, 2))
def test_one_is_enough_who_comes_and_an_organisation_declines_once_all_have(
    choices: list[Choice], unanswered: int
) -> None:
    asked = [*map(answered, choices), *(answered(None) for _ in range(unanswered))]

    organisations = by_organisation(asked)

    assert sum(counted(organisations).values()) == bool(asked)
    for organisation in organisations:
        assert (organisation.state == "accepted") == ("accepted" in choices)
        assert (organisation.state == "declined") == (not unanswered and set(choices) == {"declined"})
