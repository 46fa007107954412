"""People are reminded of a meeting as its plan says, once each time, and never of what they have just been told."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.meetings import use_cases
from services.meetings.domain import Change
from services.meetings.reminding import remind_at
from services.meetings.series import Reminder
from shared.contracts.meetings import ReminderDue
from tests.meetings.builders import joined, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, MANDATE = UUID(int=1), UUID(int=2), UUID(int=3)
A_WEEK, A_DAY, AN_HOUR = Reminder(7, "days"), Reminder(1, "days"), Reminder(60, "minutes")
# Thursday 12 March 2026 at 9.30 in Copenhagen.
MARCH = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)


@pytest.fixture
async def reminding(service: Service) -> Service:
    """Anna was asked on 2 March to the monthly meeting on 12 March, with three reminders."""
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.create(series(reminders=(A_WEEK, A_DAY, AN_HOUR), last_day=date(2026, 3, 31)))
    await service.plan()
    await service.said()
    return service


async def said_at(service: Service, moment: datetime) -> list[datetime]:
    """Let the planner run at a moment, and return when the reminders were due that it says."""
    service.now = moment
    await service.plan()
    return [event.due_at for event in await service.said() if isinstance(event, ReminderDue)]


def test_days_before_it_is_the_same_time_of_day_also_when_the_clocks_change() -> None:
    after_the_change = datetime(2026, 3, 30, 7, 30, tzinfo=UTC)

    assert remind_at(A_DAY, after_the_change) == datetime(2026, 3, 29, 7, 30, tzinfo=UTC)
    assert remind_at(A_WEEK, after_the_change) == datetime(2026, 3, 23, 8, 30, tzinfo=UTC)
    assert remind_at(AN_HOUR, after_the_change) == datetime(2026, 3, 30, 6, 30, tzinfo=UTC)


async def test_each_reminder_is_said_once_and_when_it_is_due(reminding: Service) -> None:
    a_minute = timedelta(minutes=1)
    moments = [MARCH - timedelta(days=7), MARCH - timedelta(days=1), MARCH - timedelta(hours=1)]

    said = [
        await said_at(reminding, moment + late) for moment in moments for late in (-a_minute, a_minute, 2 * a_minute)
    ]

    assert said == [[], [moments[0]], [], [], [moments[1]], [], [], [moments[2]], []]


async def test_planners_at_the_same_time_say_it_once(reminding: Service) -> None:
    reminding.now = MARCH - timedelta(days=7)

    await asyncio.gather(*(reminding.plan() for _ in range(4)))

    assert [type(event) for event in await reminding.said()] == [ReminderDue]


async def test_what_was_missed_is_said_once_and_no_more_when_the_meeting_has_begun(reminding: Service) -> None:
    assert await said_at(reminding, MARCH - timedelta(hours=2)) == [MARCH - timedelta(days=1)]
    assert await said_at(reminding, MARCH) == []


async def test_a_move_is_reminded_of_anew_but_not_of_what_the_move_told_itself(reminding: Service) -> None:
    await said_at(reminding, MARCH - timedelta(days=1))
    (meeting,) = await reminding.meetings()
    later = MARCH + timedelta(days=3)
    async with reminding.database.transaction() as conn:
        change = Change(starts_at=later)
        await use_cases.move_meeting(conn, meeting.id, change, correlation_id="move", now=reminding.now)

    assert await said_at(reminding, MARCH) == []
    assert await said_at(reminding, later - timedelta(days=1)) == [later - timedelta(days=1)]


async def test_nobody_is_reminded_of_a_cancelled_meeting(reminding: Service) -> None:
    (meeting,) = await reminding.meetings()
    async with reminding.database.transaction() as conn:
        await use_cases.cancel_meeting(conn, meeting.id, None, correlation_id="cancel", now=reminding.now)

    assert await said_at(reminding, MARCH - timedelta(days=1)) == []


async def test_a_reminder_before_people_are_asked_is_not_said(service: Service) -> None:
    await service.create(series(reminders=(Reminder(60, "days"), A_DAY)))

    assert await said_at(service, MARCH - timedelta(days=10)) == []
