"""A series gets another mode, and the answers and places of its meetings follow."""

from typing import Any
from uuid import UUID

from services.meetings import storage, use_cases
from services.meetings.answers import Attendance, Capacity, Choice, Said
from services.meetings.domain import Meeting
from shared.clock import local_day
from shared.contracts.meetings import AnswerGiven, MeetingRescheduled
from tests.meetings.builders import UID_DOMAIN, joined, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, BO, CARL, DORTE = (UUID(int=number) for number in range(1, 6))
Held = dict[UUID, tuple[str | None, str]]


async def asked(service: Service) -> Meeting:
    """A hybrid meeting with one place in the room: Anna has it, Bo waits, Carl may come, Dorte is online."""
    await service.hear(joined(KOEGE), *(started(person, KOEGE, person) for person in (ANNA, BO, CARL, DORTE)))
    meeting, *_ = await service.create(series(mode="hybrid", place="Rådhuset"))
    await service.plan()
    async with service.database.transaction() as conn:
        one = Capacity(in_person=1, online=5)
        await use_cases.set_series_capacity(conn, meeting.series_id, lambda _: one, now=service.now)
    await answer(service, meeting, ANNA, "accepted", "in_person")
    await answer(service, meeting, BO, "accepted", "in_person")
    await answer(service, meeting, CARL, "tentative", "in_person")
    await answer(service, meeting, DORTE, "accepted", "online")
    await service.said()
    return meeting


async def answer(service: Service, meeting: Meeting, person: UUID, choice: Choice, attendance: Attendance) -> None:
    async with service.database.transaction() as conn:
        said = Said(choice, attendance, None, service.now)
        await use_cases.give_answer(conn, meeting.id, person, said, correlation_id="answer", now=service.now)


async def change(service: Service, meeting: Meeting, **changes: Any) -> None:
    async with service.database.transaction() as conn:
        await use_cases.change_series(
            conn,
            meeting.series_id,
            changes,  # type: ignore[arg-type]  # (a test's own fields)
            since=local_day(service.now),
            reason=None,
            uid_domain=UID_DOMAIN,
            correlation_id="mode",
            now=service.now,
        )


async def held(service: Service, meeting: Meeting) -> tuple[Held, Capacity, Capacity]:
    """Return how everybody comes with which place, and the numbers of places of the meeting and of its series."""
    async with service.database.connection() as conn:
        return (
            {each.person_id: (each.attendance, each.place) for each, _ in await storage.list_answers(conn, meeting.id)},
            await storage.get_capacity(conn, meeting.id),
            await storage.get_series_capacity(conn, meeting.series_id),
        )


async def test_a_meeting_that_goes_online_takes_with_it_whoever_meant_to_travel(service: Service) -> None:
    meeting = await asked(service)

    await change(service, meeting, mode="online")
    said = await service.said()

    everybody, own, of_series = await held(service, meeting)
    assert everybody == {
        ANNA: ("online", "confirmed"),
        BO: ("online", "confirmed"),
        CARL: ("online", "none"),
        DORTE: ("online", "confirmed"),
    }
    assert own == of_series == Capacity(online=5)
    told = [event.person_id for event in said if isinstance(event, AnswerGiven)]
    assert told == [ANNA, CARL, BO]
    first_moved = next(number for number, event in enumerate(said) if isinstance(event, MeetingRescheduled))
    assert first_moved == len(told)  # so that the e-mail of the change says what became of its reader's answer


async def test_who_is_online_is_asked_anew_when_everybody_must_travel(service: Service) -> None:
    meeting = await asked(service)

    await change(service, meeting, mode="physical", link=None)

    everybody, own, _ = await held(service, meeting)
    assert everybody == {
        ANNA: ("in_person", "confirmed"),
        BO: ("in_person", "waiting"),
        CARL: ("in_person", "none"),
        DORTE: ("in_person", "none"),
    }
    assert own == Capacity(in_person=1)
    await answer(service, meeting, DORTE, "accepted", "in_person")
    assert (await held(service, meeting))[0][DORTE] == ("in_person", "waiting")


async def test_a_change_to_hybrid_and_one_of_something_else_leave_answers_alone(service: Service) -> None:
    meeting = await asked(service)
    before, own, _ = await held(service, meeting)

    await change(service, meeting, place="Biblioteket")
    await change(service, meeting, mode="hybrid")
    said = await service.said()

    assert (await held(service, meeting))[:2] == (before, own)
    assert not [event for event in said if isinstance(event, AnswerGiven)]
