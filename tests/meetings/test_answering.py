"""Answers on a real database: what is kept and said, and what many at once leave."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.meetings import storage, use_cases
from services.meetings.answers import Answer, Capacity, Choice, GivenInTheFuture, NotInvited, PlacesAreTaken, Said
from services.meetings.domain import Change, Meeting, MeetingHasBegun, MeetingIsCancelled
from services.meetings.waiting_lists import pass_on
from shared.contracts.event import Event
from shared.contracts.meetings import AnswerGiven, PlaceConfirmed, PlaceOffered
from tests.meetings.builders import ended, joined, left, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, BO, CARL = (UUID(int=number) for number in range(1, 5))
HALL: dict[str, Any] = {"mode": "physical", "link": None, "place": "Rådhuset"}
DAY = timedelta(hours=24)


async def asked(service: Service, *people: UUID, **changes: Any) -> Meeting:
    """People are asked to a meeting in person; a mandate has the id of its person."""
    await service.hear(joined(KOEGE), *(started(person, KOEGE, person) for person in people))
    meeting, *_ = await service.create(series(**{**HALL, **changes}))
    await service.plan()
    await service.said()
    return meeting


async def answer(service: Service, meeting: Meeting, person: UUID, choice: Choice = "accepted") -> Answer:
    service.now += timedelta(seconds=1)
    return await answer_at_once(service, meeting, person, choice)


async def answer_at_once(service: Service, meeting: Meeting, person: UUID, choice: Choice = "accepted") -> Answer:
    async with service.database.transaction() as conn:
        said = Said(choice, None, None, service.now)
        return await use_cases.give_answer(conn, meeting.id, person, said, correlation_id=str(person), now=service.now)


async def limit(service: Service, meeting: Meeting, places: int | None) -> None:
    async with service.database.transaction() as conn:
        await use_cases.set_capacity(conn, meeting.id, lambda _: Capacity(in_person=places), now=service.now)


async def states(service: Service, meeting: Meeting) -> dict[UUID, str]:
    async with service.database.connection() as conn:
        return {each.person_id: each.place for each, _ in await storage.list_answers(conn, meeting.id)}


async def pass_places_on(service: Service) -> None:
    await pass_on(service.database, DAY, service.clock)


def told(events: list[Event]) -> list[tuple[str, UUID, str | None]]:
    """Return what was said of answers: kind, person, and the state of the place."""
    return [
        (type(event).__name__, event.person_id, event.place_state if isinstance(event, AnswerGiven) else None)
        for event in events
        if isinstance(event, AnswerGiven | PlaceOffered | PlaceConfirmed)
    ]


async def test_an_answer_is_said_once_with_its_place(service: Service) -> None:
    meeting = await asked(service, ANNA)

    await answer(service, meeting, ANNA)
    await answer_at_once(service, meeting, ANNA)

    (said,) = await service.said()
    assert isinstance(said, AnswerGiven)
    assert (said.person_id, said.meeting_id, said.answer) == (ANNA, meeting.id, "accepted")
    assert (said.attendance, said.place_state, said.version) == ("in_person", "confirmed", 1)
    assert said.given_at == service.now


async def test_a_freed_place_is_offered_to_the_next_who_takes_it_in_time(service: Service) -> None:
    meeting = await asked(service, ANNA, BO, CARL)
    await limit(service, meeting, 1)
    for person in (ANNA, BO, CARL):
        await answer(service, meeting, person)
    await service.said()

    await answer(service, meeting, ANNA, "declined")
    await pass_places_on(service)
    await pass_places_on(service)

    assert await states(service, meeting) == {ANNA: "none", BO: "offered", CARL: "waiting"}
    declined, offered = await service.said()
    assert isinstance(declined, AnswerGiven)
    assert isinstance(offered, PlaceOffered)
    assert (offered.person_id, offered.until, offered.version) == (BO, service.now + DAY, 2)

    await answer(service, meeting, BO)

    assert await states(service, meeting) == {ANNA: "none", BO: "confirmed", CARL: "waiting"}
    assert told(await service.said()) == [("AnswerGiven", BO, "confirmed"), ("PlaceConfirmed", BO, None)]


async def test_an_offer_that_is_let_pass_goes_to_the_one_after(service: Service) -> None:
    meeting = await asked(service, ANNA, BO, CARL)
    await limit(service, meeting, 0)
    await answer(service, meeting, BO)
    await answer(service, meeting, CARL)
    await limit(service, meeting, 1)
    await pass_places_on(service)
    await service.said()

    service.now += DAY
    await pass_places_on(service)

    assert await states(service, meeting) == {BO: "none", CARL: "offered"}
    assert told(await service.said()) == [("AnswerGiven", BO, "none"), ("PlaceOffered", CARL, None)]


async def test_who_answers_after_the_deadline_waits_behind_the_others(service: Service) -> None:
    meeting = await asked(service, ANNA, BO)
    await limit(service, meeting, 0)
    await answer(service, meeting, ANNA)
    await answer(service, meeting, BO)
    await limit(service, meeting, 1)
    await pass_places_on(service)

    service.now += DAY
    late = await answer(service, meeting, ANNA)
    await pass_places_on(service)

    assert late.place == "waiting"
    assert await states(service, meeting) == {ANNA: "waiting", BO: "offered"}


async def test_nobody_passes_by_those_who_wait_while_a_place_is_free(service: Service) -> None:
    meeting = await asked(service, ANNA, BO, CARL)
    await limit(service, meeting, 1)
    await answer(service, meeting, ANNA)
    await answer(service, meeting, BO)
    await answer(service, meeting, ANNA, "declined")

    newcomer = await answer(service, meeting, CARL)

    assert newcomer.place == "waiting"


async def test_who_is_withdrawn_leaves_place_and_line_and_is_asked_anew_when_invited_again(service: Service) -> None:
    meeting = await asked(service, ANNA, BO)
    await limit(service, meeting, 1)
    await answer(service, meeting, ANNA)
    await answer(service, meeting, BO)
    await service.said()

    await service.hear(ended(ANNA, KOEGE, ANNA))
    await pass_places_on(service)
    await service.hear(started(ANNA, KOEGE, ANNA, version=3))

    assert await states(service, meeting) == {ANNA: "none", BO: "offered"}
    assert told(await service.said()) == [("AnswerGiven", ANNA, "none"), ("PlaceOffered", BO, None)]


async def test_only_who_is_asked_answers(service: Service) -> None:
    meeting = await asked(service, ANNA)
    await service.hear(left(KOEGE))

    with pytest.raises(NotInvited):
        await answer(service, meeting, ANNA)
    with pytest.raises(NotInvited):
        await answer(service, meeting, uuid4())


async def test_nobody_answers_to_what_has_begun_or_is_cancelled(service: Service) -> None:
    meeting = await asked(service, ANNA)
    other, *_ = (await service.meetings())[1:]
    async with service.database.transaction() as conn:
        await use_cases.cancel_meeting(conn, other.id, None, correlation_id="cancel", now=service.now)

    with pytest.raises(MeetingIsCancelled):
        await answer(service, other, ANNA)
    service.now = meeting.starts_at
    with pytest.raises(MeetingHasBegun):
        await answer_at_once(service, meeting, ANNA)


async def test_nobody_has_answered_tomorrow(service: Service) -> None:
    meeting = await asked(service, ANNA)
    said = Said("accepted", None, None, service.now + DAY)

    with pytest.raises(GivenInTheFuture):
        async with service.database.transaction() as conn:
            await use_cases.give_answer(conn, meeting.id, ANNA, said, correlation_id="x", now=service.now)


async def test_a_move_keeps_answers_and_places(service: Service) -> None:
    meeting = await asked(service, ANNA)
    await limit(service, meeting, 1)
    await answer(service, meeting, ANNA)

    async with service.database.transaction() as conn:
        later = Change(starts_at=meeting.starts_at + DAY)
        await use_cases.move_meeting(conn, meeting.id, later, correlation_id="move", now=service.now)

    assert await states(service, meeting) == {ANNA: "confirmed"}


async def test_the_places_of_a_series_are_those_of_its_meetings_but_where_one_has_its_own(service: Service) -> None:
    meeting = await asked(service, ANNA)
    second, third, *_ = (await service.meetings())[1:]
    await limit(service, second, 7)

    async with service.database.transaction() as conn:
        await use_cases.set_series_capacity(conn, meeting.series_id, lambda _: Capacity(in_person=40), now=service.now)
    service.now += timedelta(days=60)
    await service.plan()

    async with service.database.connection() as conn:
        found = [await storage.get_capacity(conn, each.id) for each in await service.meetings()]
    assert [capacity.in_person for capacity in found][:3] == [40, 7, 40]
    assert (len(found), found[-1].in_person) == (14, 40)
    assert third.id != second.id


async def test_fewer_places_than_a_meeting_of_the_series_has_taken_change_nothing(service: Service) -> None:
    meeting = await asked(service, ANNA)
    await answer(service, meeting, ANNA)

    with pytest.raises(PlacesAreTaken):
        async with service.database.transaction() as conn:
            await use_cases.set_series_capacity(
                conn, meeting.series_id, lambda _: Capacity(in_person=0), now=service.now
            )

    async with service.database.connection() as conn:
        assert [await storage.get_capacity(conn, each.id) for each in await service.meetings()] == [Capacity()] * 12


async def test_five_hundred_answers_at_once_for_fifty_places(service: Service) -> None:
    people = [uuid4() for _ in range(500)]
    meeting = await asked(service, *people)
    await limit(service, meeting, 50)

    await asyncio.gather(*(answer_at_once(service, meeting, person) for person in people))

    events = [event for event in await service.said() if isinstance(event, AnswerGiven)]
    assert [event.place_state for event in events] == ["confirmed"] * 50 + ["waiting"] * 450
    async with service.database.connection() as conn:
        line = await storage.list_in_line(conn, meeting.id)
    assert [each.person_id for each in line] == [event.person_id for event in events[50:]]
    assert [each.turn for each in line] == list(range(1, 451))


async def test_answers_declines_withdrawals_and_capacities_at_once_never_give_more_than_there_are(
    service: Service,
) -> None:
    people = [uuid4() for _ in range(60)]
    meeting = await asked(service, *people)
    await limit(service, meeting, 10)

    async def change_of_mind(person: UUID) -> None:
        await answer_at_once(service, meeting, person)
        await answer_at_once(service, meeting, person, "declined")

    async def more_places() -> None:
        for places in range(11, 16):
            await limit(service, meeting, places)
            await pass_places_on(service)

    await asyncio.gather(*(answer_at_once(service, meeting, person) for person in people[:10]))
    await asyncio.gather(
        *(answer_at_once(service, meeting, person) for person in people[10:40]),
        *(change_of_mind(person) for person in people[40:]),
        *(service.hear(ended(person, KOEGE, person)) for person in people[:10]),
        more_places(),
    )
    await pass_places_on(service)

    found = list((await states(service, meeting)).values())
    assert found.count("confirmed") + found.count("offered") == 15
    assert found.count("waiting") == 30 - 15
    assert found.count("none") == 20 + 10


async def test_answers_wait_neither_for_the_group_nor_for_another_meeting(service: Service) -> None:
    meeting = await asked(service, ANNA)
    other, *_ = (await service.meetings())[1:]

    async with service.database.transaction() as conn:
        await storage.lock_network(conn)
        await storage.lock_meeting(conn, other.id)
        async with asyncio.timeout(5):
            given = await answer(service, meeting, ANNA)

    assert given.place == "confirmed"
