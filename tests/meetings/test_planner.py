"""What time makes due is done once, however many processes run."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from services.meetings import use_cases
from services.meetings.domain import Change
from services.meetings.recurrence import NthWeekday
from shared.contracts.meetings import InvitationIssued
from tests.meetings.builders import joined, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, MANDATE = UUID(int=1), UUID(int=2), UUID(int=3)


async def test_a_new_series_is_planned_for_a_year_and_nobody_is_asked_before_the_planner_ran(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))

    meetings = await service.create(series())

    assert len(meetings) == 12
    assert await service.standing() == set()


async def test_the_planner_asks_everybody_to_what_is_inside_the_horizon(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    march, april, *_ = await service.create(series())
    await service.plan()

    assert await service.standing() == {(march.id, ANNA)}
    service.now = april.starts_at - timedelta(days=30)
    await service.plan()

    assert await service.standing() == {(march.id, ANNA), (april.id, ANNA)}


async def test_everything_the_planner_does_at_once_has_one_correlation_id(service: Service) -> None:
    await service.hear(joined(KOEGE), *(started(uuid4(), KOEGE, uuid4()) for _ in range(3)))
    await service.create(series(horizon_days=60))

    await service.plan()

    said = await service.said()
    assert len(said) == 6
    assert len({event.correlation_id for event in said}) == 1


async def test_planning_again_changes_nothing(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.create(series())
    await service.plan()
    before = await service.meetings()
    await service.said()

    await service.plan()

    assert await service.meetings() == before
    assert await service.said() == []


async def test_planners_at_the_same_time_plan_and_invite_once(service: Service) -> None:
    await service.hear(joined(KOEGE), *(started(uuid4(), KOEGE, uuid4()) for _ in range(50)))
    await service.create(series())
    service.now += timedelta(days=20)

    await asyncio.gather(*(service.plan() for _ in range(4)))

    meetings = await service.meetings()
    issued = [event for event in await service.said() if isinstance(event, InvitationIssued)]
    assert len({meeting.occurrence for meeting in meetings}) == len(meetings) == 13
    assert len({event.person_id for event in issued}) == len(issued) == 50


async def test_nobody_is_missed_who_comes_while_the_planner_runs(service: Service) -> None:
    people = [uuid4() for _ in range(40)]
    (march, *_) = await service.create(series())
    await service.hear(joined(KOEGE))

    await asyncio.gather(
        *(service.hear(started(uuid4(), KOEGE, person)) for person in people[:20]),
        *(service.plan() for _ in range(3)),
        *(service.hear(started(uuid4(), KOEGE, person)) for person in people[20:]),
    )

    assert await service.standing() == {(march.id, person) for person in people}
    assert len(await service.said()) == len(people)


async def test_the_plan_moves_on_with_the_days(service: Service) -> None:
    await service.create(series())
    service.now += timedelta(days=100)

    await service.plan()

    assert [meeting.occurrence for meeting in await service.meetings()][-1] == date(2027, 6, 10)


async def test_a_meeting_that_begins_is_marked_and_asked_to_no_more(service: Service) -> None:
    march, *_ = await service.create(series())
    service.now = march.starts_at

    await service.plan()
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))

    assert [meeting.status for meeting in await service.meetings()][:2] == ["begun", "scheduled"]
    assert march.id not in {meeting for meeting, _ in await service.standing()}


async def test_a_meeting_that_is_moved_inside_the_horizon_is_asked_to(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    _, april, *_ = await service.create(series())
    sooner = Change(starts_at=april.starts_at - timedelta(days=14))
    async with service.database.transaction() as conn:
        await use_cases.move_meeting(conn, april.id, sooner, correlation_id="move", now=service.now)

    await service.plan()

    assert (april.id, ANNA) in await service.standing()


async def test_a_moved_meeting_is_not_planned_again(service: Service) -> None:
    march, *others = await service.create(series())
    later = Change(starts_at=march.starts_at + timedelta(days=7))
    async with service.database.transaction() as conn:
        await use_cases.move_meeting(conn, march.id, later, correlation_id="move", now=service.now)

    service.now += timedelta(days=1)
    await service.plan()

    assert len(await service.meetings()) == 1 + len(others)


async def test_a_series_ends_on_its_last_day(service: Service) -> None:
    await service.create(series(last_day=date(2026, 5, 14)))

    service.now = datetime.fromisoformat("2026-05-13T12:00+02:00")
    await service.plan()

    assert [meeting.starts_at.month for meeting in await service.meetings()] == [3, 4, 5]


async def test_a_series_without_a_day_in_its_months_has_no_meetings(service: Service) -> None:
    assert await service.create(series(recurrence=NthWeekday("monday", 5, (4,)))) == []
