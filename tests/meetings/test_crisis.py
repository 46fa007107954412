"""A crisis as the secretariat asks for it: what is refused, and what it makes of a series and of its reminders."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.meetings import storage, use_cases
from services.meetings.answers import Said
from services.meetings.crisis import Crisis, CrisisHasBegun, brings_invitation
from services.meetings.crisis_announcements import Plan
from services.meetings.domain import LinkIsMissing
from services.meetings.recurrence import EveryWeekday, EveryWeeks
from services.meetings.replanning import Replanned
from services.meetings.series import Reminder, SeriesChange
from shared.contracts.meetings import (
    AnswerGiven,
    CrisisEnded,
    CrisisExtended,
    CrisisStarted,
    CrisisUndone,
    InvitationIssued,
    MeetingCancelled,
    MeetingRescheduled,
    ReminderDue,
)
from tests.meetings.asking import ONLINE, get, post
from tests.meetings.builders import UID_DOMAIN, ended, joined, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, BO, MANDATE = (UUID(int=number) for number in range(1, 5))
DAILY: dict[str, Any] = {
    "reason": "Butikkerne er lukket.",
    "recurrence": {"kind": "every_weekday"},
    "starts_at": "08:30",
    "minutes": 30,
    "from": "2026-03-11",
    "until": "2026-03-17",
    "normal_meetings": "pause",
}


def crisis_of(series_id: UUID, **changes: Any) -> Crisis:
    """Every weekday at 8.30 from Wednesday 11 to Tuesday 17 March 2026, unless `changes` say otherwise."""
    asked = {
        "id": uuid4(),
        "series_id": series_id,
        "reason": "Butikkerne er lukket.",
        "recurrence": EveryWeekday(),
        "starts_at": time(8, 30),
        "minutes": 30,
        "link": None,
        "reminders": (),
        "pauses": True,
        "first_day": date(2026, 3, 11),
        "last_day": date(2026, 3, 17),
        "state": "running",
        "version": 1,
    }
    return Crisis(**{**asked, **changes})


async def start(service: Service, **changes: Any) -> tuple[UUID, Plan]:
    """Plan a monthly series, turn it to crisis cadence, and forget what was said."""
    made = series(**changes.pop("series", {}))
    await service.create(made)
    await service.plan()
    crisis = crisis_of(made.id, **changes)
    async with service.database.transaction() as conn:
        plan = await use_cases.start_crisis(
            conn, crisis, uid_domain=UID_DOMAIN, correlation_id="start", now=service.now
        )
    await service.plan()
    await service.said()
    return crisis.id, plan


async def said_at(service: Service, moment: datetime) -> list[Any]:
    service.now = moment
    await service.plan()
    return await service.said()


async def test_a_crisis_is_answered_with_its_whole_plan_and_shown_beside_the_series(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)

    answer = await post(api, f"/series/{created['id']}/crisis", DAILY, 201)

    crisis = answer["crisis"]
    assert [meeting["starts_at"] for meeting in answer["meetings"]] == [
        f"2026-03-{day}T08:30:00+01:00" for day in (11, 12, 13, 16, 17)
    ]
    assert {(each["mode"], each["link"], each["crisis_id"]) for each in answer["meetings"]} == {
        ("online", "https://meet.example/network", crisis["id"])
    }
    assert [(each["id"], each["status"], each["paused_by"]) for each in answer["paused"]] == [
        (created["meetings"][0]["id"], "cancelled", crisis["id"])
    ]
    assert answer["staying"] == []
    assert {name: crisis[name] for name in DAILY} == DAILY
    assert crisis["reminders"] == [{"before": 60, "unit": "minutes"}]
    assert await get(api, f"/crises/{crisis['id']}") == answer
    assert await get(api, f"/series/{created['id']}/crises") == {"crises": [crisis]}


async def test_holidays_are_skipped_and_the_clocks_may_change_meanwhile(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)
    asked = {**DAILY, "from": "2026-03-27", "until": "2026-04-07", "normal_meetings": "stay"}

    answer = await post(api, f"/series/{created['id']}/crisis", asked, 201)

    assert [meeting["starts_at"] for meeting in answer["meetings"]] == [
        "2026-03-27T08:30:00+01:00",
        "2026-03-30T08:30:00+02:00",
        "2026-03-31T08:30:00+02:00",
        "2026-04-01T08:30:00+02:00",
        "2026-04-07T08:30:00+02:00",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"recurrence": {"kind": "daily"}}, "recurrence"),
        ({"recurrence": {"kind": "single", "day": "2026-03-18"}}, "recurrence.day"),
        ({"recurrence": {"weekday": "monday", "nth": 4}}, "recurrence"),
        ({"starts_at": "8.30"}, "starts_at"),
        ({"from": "2026-03-01"}, "from"),
        ({"until": "2026-03-10"}, "until"),
        ({"from": "2026-03-02", "until": "2026-06-02"}, "until"),
        ({"from": "2027-03-01", "until": "2027-03-05"}, "until"),
        ({"normal_meetings": "move"}, "normal_meetings"),
        ({"link": "meet.example"}, "link"),
        ({"reminders": [{"before": 0, "unit": "days"}]}, "reminders.0.before"),
    ],
)
async def test_a_crisis_that_makes_no_sense_is_refused_by_field(
    api: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    created = await post(api, "/series", ONLINE, 201)

    problem = await post(api, f"/series/{created['id']}/crisis", {**DAILY, **change}, 422)

    assert [fault["field"] for fault in problem["faults"]] == [field]
    assert await get(api, f"/series/{created['id']}/crises") == {"crises": []}


async def test_a_crisis_of_a_series_without_a_link_names_one(api: httpx.AsyncClient) -> None:
    physical = {**ONLINE, "mode": "physical", "link": None, "place": "Rådhuset"}
    created = await post(api, "/series", physical, 201)

    problem = await post(api, f"/series/{created['id']}/crisis", DAILY, 422)
    answer = await post(api, f"/series/{created['id']}/crisis", {**DAILY, "link": "https://meet.example/now"}, 201)

    assert [fault["field"] for fault in problem["faults"]] == ["link"]
    assert {(each["mode"], each["place"]) for each in answer["meetings"]} == {("online", None)}


async def test_two_crises_of_one_series_do_not_overlap_and_those_of_two_may(api: httpx.AsyncClient) -> None:
    one, other = [await post(api, "/series", ONLINE, 201) for _ in range(2)]
    first = await post(api, f"/series/{one['id']}/crisis", DAILY, 201)
    later = {**DAILY, "from": "2026-03-18", "until": "2026-03-20"}

    same_day = await post(api, f"/series/{one['id']}/crisis", {**later, "from": "2026-03-17"}, 409)
    await post(api, f"/series/{one['id']}/crisis", later, 201)
    await post(api, f"/series/{other['id']}/crisis", DAILY, 201)
    extended = await post(api, f"/crises/{first['crisis']['id']}/extend", {"until": "2026-03-18"}, 409)

    assert (same_day["title"], [fault["field"] for fault in same_day["faults"]]) == ("crises_overlap", ["from"])
    assert (extended["title"], [fault["field"] for fault in extended["faults"]]) == ("crises_overlap", ["until"])
    assert await get(api, f"/crises/{first['crisis']['id']}") == first


async def test_the_database_itself_refuses_crises_that_overlap(service: Service) -> None:
    crisis_id, _ = await start(service)

    with pytest.raises(asyncpg.ExclusionViolationError):
        async with service.database.transaction() as conn:
            await conn.execute(
                """
                INSERT INTO crises
                SELECT gen_random_uuid(), series_id, reason, recurrence, starts_at, minutes, link, reminders, pauses,
                       last_day, last_day + 1, state, version
                  FROM crises
                 WHERE id = $1
                """,
                crisis_id,
            )


async def test_what_was_undone_makes_room_and_takes_no_act_any_more(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)
    crisis = (await post(api, f"/series/{created['id']}/crisis", DAILY, 201))["crisis"]

    undone = await post(api, f"/crises/{crisis['id']}/undo", {})
    acts = [("undo", {}), ("end", {}), ("extend", {"until": "2026-03-20"})]
    refused = [(await post(api, f"/crises/{crisis['id']}/{act}", body, 409))["title"] for act, body in acts]

    assert (undone["crisis"]["state"], undone["meetings"], undone["paused"]) == ("undone", [], [])
    assert [each["status"] for each in undone["staying"]] == ["scheduled"]
    assert refused == ["crisis_is_over"] * 3
    await post(api, f"/series/{created['id']}/crisis", DAILY, 201)


async def test_what_has_not_begun_is_undone_and_not_ended(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)
    crisis = (await post(api, f"/series/{created['id']}/crisis", DAILY, 201))["crisis"]

    problem = await post(api, f"/crises/{crisis['id']}/end", {}, 409)

    assert problem["title"] == "crisis_has_not_begun"


@pytest.mark.parametrize(
    ("last_day", "until", "code"),
    [
        ("2026-03-17", "2026-03-17", "no_extension"),
        ("2026-03-13", "2026-03-15", "nothing_to_meet_for"),
        ("2026-03-17", "2026-06-11", "lasts_too_long"),
    ],
)
async def test_an_extension_that_extends_nothing_or_too_far_is_refused_by_field(
    api: httpx.AsyncClient, last_day: str, until: str, code: str
) -> None:
    created = await post(api, "/series", ONLINE, 201)
    crisis = (await post(api, f"/series/{created['id']}/crisis", {**DAILY, "until": last_day}, 201))["crisis"]

    problem = await post(api, f"/crises/{crisis['id']}/extend", {"until": until}, 422)

    assert (problem["title"], problem["faults"][0]["field"]) == (code, "until")


async def test_what_has_begun_is_ended_and_not_undone(service: Service) -> None:
    crisis_id, _ = await start(service)
    service.now = datetime(2026, 3, 11, 7, 30, tzinfo=UTC)

    with pytest.raises(CrisisHasBegun):
        async with service.database.transaction() as conn:
            await use_cases.undo_crisis(conn, crisis_id, correlation_id="undo", now=service.now)


async def test_it_ends_by_itself_once_however_many_planners_run(service: Service) -> None:
    await start(service)
    noon_after = datetime(2026, 3, 18, 11, 0, tzinfo=UTC)
    assert await said_at(service, noon_after - timedelta(seconds=1)) == []

    service.now = noon_after
    await asyncio.gather(*(service.plan() for _ in range(4)))

    (ended,) = await service.said()
    assert isinstance(ended, CrisisEnded)
    assert (ended.meetings_held, ended.regions, ended.next_until) == (5, (), None)


async def test_the_planner_asks_to_the_next_meeting_when_one_begins_also_after_one_is_cancelled(
    service: Service,
) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    _, plan = await start(service, series={"horizon_days": 28})
    wednesday, thursday, friday, *_ = plan.meetings

    assert {meeting for meeting, _ in await service.standing()} == {wednesday.id}
    async with service.database.transaction() as conn:
        await use_cases.cancel_meeting(conn, wednesday.id, None, correlation_id="cancel", now=service.now)
    await service.plan()
    assert {meeting for meeting, _ in await service.standing()} == {thursday.id}
    await said_at(service, thursday.starts_at)
    assert {meeting for meeting, _ in await service.standing()} == {thursday.id, friday.id}


async def test_what_comes_inside_the_horizon_meanwhile_is_asked_to_at_that_hour_of_the_day_after_the_crisis(
    service: Service,
) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await start(service, series={"horizon_days": 28})
    the_day_after = datetime(2026, 3, 18, 7, 30, tzinfo=UTC)

    before = await said_at(service, the_day_after - timedelta(minutes=1))
    after = await said_at(service, the_day_after)

    issued = [event.meeting.starts_at for event in [*before, *after] if isinstance(event, InvitationIssued)]
    assert issued[-1] == datetime(2026, 4, 9, 7, 30, tzinfo=UTC)
    assert [type(event) for event in after] == [InvitationIssued]


async def test_what_comes_inside_the_horizon_in_one_of_two_crises_on_end_is_asked_to_after_both(
    service: Service,
) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    _, plan = await start(service, series={"horizon_days": 28})
    following = crisis_of(plan.series.id, first_day=date(2026, 3, 18), last_day=date(2026, 3, 24))
    async with service.database.transaction() as conn:
        await use_cases.start_crisis(conn, following, uid_domain=UID_DOMAIN, correlation_id="next", now=service.now)
    normal = datetime(2026, 4, 9, 7, 30, tzinfo=UTC)
    the_day_after = datetime(2026, 3, 25, 7, 30, tzinfo=UTC)

    said = {
        moment: await said_at(service, moment)
        for moment in [
            datetime(2026, 3, 18, 8, 30, tzinfo=UTC),
            datetime(2026, 3, 18, 11, 0, tzinfo=UTC),  # the first is summed up, and over
            datetime(2026, 3, 24, 7, 30, tzinfo=UTC),
            the_day_after - timedelta(minutes=1),
            the_day_after,
        ]
    }

    [ended] = [event for events in said.values() for event in events if isinstance(event, CrisisEnded)]
    assert (ended.crisis.id, ended.next_until) == (plan.crisis.id, following.last_day)
    assert [
        moment
        for moment, events in said.items()
        if normal in {event.meeting.starts_at for event in events if isinstance(event, InvitationIssued)}
    ] == [the_day_after]


async def test_people_are_asked_a_day_before_to_a_meeting_on_the_day_after_a_crisis(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    weekly = {"horizon_days": 7, "recurrence": EveryWeeks("wednesday", 1, date(2026, 3, 4)), "on_holiday": "skip"}
    await start(service, series=weekly)
    a_day_before = datetime(2026, 3, 17, 8, 30, tzinfo=UTC)

    before = await said_at(service, a_day_before - timedelta(minutes=1))
    after = await said_at(service, a_day_before)

    the_day_after = datetime(2026, 3, 18, 8, 30, tzinfo=UTC)
    assert the_day_after not in {event.meeting.starts_at for event in before if isinstance(event, InvitationIssued)}
    assert [event.meeting.starts_at for event in after if isinstance(event, InvitationIssued)] == [the_day_after]


async def test_who_comes_to_the_network_while_it_lasts_is_told_what_is_left_of_it(service: Service) -> None:
    bo, carl = UUID(int=4), UUID(int=5)
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    crisis_id, plan = await start(service)
    service.now = plan.meetings[1].starts_at

    await service.hear(started(uuid4(), KOEGE, bo), started(MANDATE, KOEGE, ANNA))
    told = [event for event in await service.said() if isinstance(event, CrisisStarted)]
    service.now = plan.meetings[-1].starts_at
    await service.hear(started(uuid4(), KOEGE, carl))

    assert [(event.crisis.id, event.crisis.version, event.people) for event in told] == [(crisis_id, 1, (bo,))]
    assert len(told[0].crisis.meetings) == len(plan.meetings) - 2
    assert not any(isinstance(event, CrisisStarted) for event in await service.said())


async def test_an_extension_pauses_what_lies_in_its_days(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    crisis_id, before = await start(service, first_day=date(2026, 3, 9), last_day=date(2026, 3, 11))

    async with service.database.transaction() as conn:
        after = await use_cases.extend_crisis(
            conn,
            crisis_id,
            date(2026, 3, 13),
            uid_domain=UID_DOMAIN,
            correlation_id="extend",
            now=service.now,
        )

    assert before.paused == []
    assert [meeting.starts_at.day for meeting in after.meetings] == [9, 10, 11, 12, 13]
    assert [meeting.starts_at.day for meeting in after.paused] == [12]
    assert [type(event) for event in await service.said()] == [MeetingCancelled, CrisisExtended]


async def test_a_meeting_that_is_paused_twice_keeps_its_uid_and_its_sequence_never_falls(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    crisis_id, plan = await start(service)
    (paused,) = plan.paused
    again = replace(plan.crisis, id=uuid4())
    async with service.database.transaction() as conn:
        await use_cases.undo_crisis(conn, crisis_id, correlation_id="undo", now=service.now)
        await use_cases.start_crisis(conn, again, uid_domain=UID_DOMAIN, correlation_id="again", now=service.now)
        await use_cases.undo_crisis(conn, again.id, correlation_id="undo", now=service.now)
        kept = await storage.get_meeting(conn, paused.id)

    told = [
        event.revision.sequence
        for event in await service.said()
        if isinstance(event, InvitationIssued | MeetingCancelled) and event.meeting.id == paused.id
    ]
    assert (kept.uid, kept.status, kept.revision.sequence) == (paused.uid, "scheduled", 4)
    assert told == [2, 3, 4]
    assert (paused.id, ANNA) in await service.standing()


async def test_a_change_of_the_series_follows_into_what_is_paused_and_is_told_when_that_is_held_again(
    service: Service,
) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    crisis_id, plan = await start(service)
    await change_series(service, plan.series.id, SeriesChange(starts_at=time(11, 0)))
    changed = await service.said()
    async with service.database.transaction() as conn:
        await use_cases.undo_crisis(conn, crisis_id, correlation_id="undo", now=service.now)

    issued = [event for event in await service.said() if isinstance(event, InvitationIssued)]
    (paused,) = plan.paused
    assert paused.id not in {event.meeting.id for event in changed if isinstance(event, MeetingRescheduled)}
    assert [(event.meeting.id, event.meeting.starts_at) for event in issued] == [
        (paused.id, datetime(2026, 3, 12, 10, 0, tzinfo=UTC))
    ]


async def test_a_change_of_the_series_brings_no_meeting_into_days_on_which_they_are_paused(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    crisis_id, plan = await start(service)

    weekdays: SeriesChange = {"recurrence": EveryWeekday(), "on_holiday": "skip"}
    replanned = await change_series(service, plan.series.id, weekdays)
    await service.plan()

    async with service.database.connection() as conn:
        normal = await storage.paused_meetings(conn, crisis_id)
    issued = [event for event in await service.said() if isinstance(event, InvitationIssued)]
    assert [meeting.starts_at.day for meeting in normal] == [11, 12, 13, 16, 17]
    added = {meeting.id for meeting in replanned.added if meeting.paused_by}
    assert added == {meeting.id for meeting in normal} - {meeting.id for meeting in plan.paused}
    assert {event.meeting.id for event in issued}.isdisjoint(each.id for each in normal)


async def test_another_link_of_the_series_is_that_of_a_crisis_without_one_of_its_own(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    _, plan = await start(service)
    first, *_ = plan.meetings

    await change_series(service, plan.series.id, {"link": "https://meet.example/another"})

    said = {e.meeting.id: e.meeting.link for e in await service.said() if isinstance(e, MeetingRescheduled)}
    assert {e.link for e in await service.meetings() if e.crisis_id} == {"https://meet.example/another"}
    assert said[first.id] == "https://meet.example/another"
    with pytest.raises(LinkIsMissing):
        await change_series(service, plan.series.id, {"mode": "physical", "link": None})


async def test_a_crisis_with_a_link_of_its_own_keeps_it(service: Service) -> None:
    _, plan = await start(service, link="https://meet.example/crisis")

    await change_series(service, plan.series.id, {"link": "https://meet.example/another"})

    assert {e.link for e in await service.meetings() if e.crisis_id} == {"https://meet.example/crisis"}


async def change_series(service: Service, series_id: UUID, change: SeriesChange) -> Replanned:
    async with service.database.transaction() as conn:
        return await use_cases.change_series(
            conn,
            series_id,
            change,
            since=date(2026, 3, 3),
            reason=None,
            uid_domain=UID_DOMAIN,
            correlation_id="change",
            now=service.now,
        )


async def test_a_crisis_ends_with_its_series_and_is_summed_up_the_day_after(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    _, plan = await start(service)
    service.now = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
    await service.plan()

    for _ in range(2):
        await end_series(service, plan.series.id, date(2026, 3, 13))
    noon_after = datetime(2026, 3, 13, 11, 0, tzinfo=UTC)
    before = await said_at(service, noon_after - timedelta(seconds=1))
    (ended,) = await said_at(service, noon_after)

    assert {type(event) for event in before} <= {MeetingCancelled, InvitationIssued}
    assert isinstance(ended, CrisisEnded)
    assert (ended.crisis.last_day, ended.meetings_held) == (date(2026, 3, 12), 2)
    assert [meeting.starts_at.day for meeting in await service.meetings() if meeting.status == "begun"] == [11, 12]
    assert await said_at(service, datetime(2026, 3, 20, tzinfo=UTC)) == []


async def test_a_crisis_of_a_series_that_ends_today_has_its_last_day_today(service: Service) -> None:
    _, plan = await start(service)
    service.now = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
    await service.plan()

    await end_series(service, plan.series.id, date(2026, 3, 12))

    (ended,) = [
        event
        for event in await said_at(service, datetime(2026, 3, 13, 11, 0, tzinfo=UTC))
        if isinstance(event, CrisisEnded)
    ]
    assert (ended.crisis.last_day, ended.meetings_held) == (date(2026, 3, 12), 2)


async def test_a_crisis_that_would_begin_after_its_series_ends_is_undone_and_what_it_paused_never_comes_back(
    service: Service,
) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    crisis_id, plan = await start(service)

    await end_series(service, plan.series.id, date(2026, 3, 11))

    async with service.database.connection() as conn:
        crisis = await storage.get_crisis(conn, crisis_id)
    said = [type(event) for event in await service.said()]
    assert (crisis.state, said.count(CrisisUndone)) == ("undone", 1)
    assert {meeting.status for meeting in await service.meetings()} == {"cancelled"}
    assert await said_at(service, datetime(2026, 3, 20, tzinfo=UTC)) == []


async def test_a_meeting_of_a_crisis_that_is_moved_past_its_last_day_is_held_all_the_same(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    _, plan = await start(service)
    moved_to = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)
    async with service.database.transaction() as conn:
        last = plan.meetings[-1].id
        await use_cases.move_meeting(conn, last, {"starts_at": moved_to}, correlation_id="move", now=service.now)

    await said_at(service, datetime(2026, 3, 17, 12, 0, tzinfo=UTC))
    said = await said_at(service, datetime(2026, 3, 18, 11, 0, tzinfo=UTC))

    (ended,) = [event for event in said if isinstance(event, CrisisEnded)]
    assert (ended.meetings_held, [each.starts_at for each in ended.crisis.meetings]) == (4, [moved_to])
    assert (last, ANNA) in await service.standing()


async def end_series(service: Service, series_id: UUID, since: date) -> None:
    async with service.database.transaction() as conn:
        await use_cases.end_series(
            conn,
            series_id,
            since=since,
            reason=None,
            keep_changed_by_hand=False,
            correlation_id="end",
            now=service.now,
        )


async def test_a_paused_meeting_that_is_cancelled_by_hand_stays_cancelled(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    crisis_id, plan = await start(service)
    (paused,) = plan.paused
    async with service.database.transaction() as conn:
        await use_cases.cancel_meeting(conn, paused.id, "sygdom", correlation_id="cancel", now=service.now)
        await use_cases.undo_crisis(conn, crisis_id, correlation_id="undo", now=service.now)
        kept = await storage.get_meeting(conn, paused.id)

    assert (kept.status, kept.reason, kept.paused_by) == ("cancelled", "sygdom", None)
    assert kept.id in {event.meeting.id for event in await service.said() if isinstance(event, MeetingCancelled)}


async def test_who_leaves_while_a_meeting_is_paused_leaves_their_place_at_it(service: Service) -> None:
    await service.hear(joined(KOEGE), started(ANNA, KOEGE, ANNA), started(BO, KOEGE, BO))
    made = series()
    meeting, *_ = await service.create(made)
    await service.plan()
    async with service.database.transaction() as conn:
        for person in (ANNA, BO):
            said = Said("accepted", None, None, service.now)
            await use_cases.give_answer(conn, meeting.id, person, said, correlation_id="answer", now=service.now)
        crisis = crisis_of(made.id)
        how: dict[str, Any] = {"correlation_id": "crisis", "now": service.now}
        await use_cases.start_crisis(conn, crisis, uid_domain=UID_DOMAIN, **how)
    await service.hear(ended(ANNA, KOEGE, ANNA))

    async with service.database.transaction() as conn:
        await use_cases.undo_crisis(conn, crisis.id, **how)
        places = {each.person_id: each.place for each, _ in await storage.list_answers(conn, meeting.id)}

    assert places == {ANNA: "none", BO: "confirmed"}
    said_of = [(event.person_id, event.place_state) for event in await service.said() if isinstance(event, AnswerGiven)]
    assert said_of[-1] == (ANNA, "none")


async def test_a_reminder_is_said_only_on_a_day_that_brings_no_invitation(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    _, plan = await start(service, reminders=(Reminder(60, "minutes"),))

    said = {}
    for meeting in plan.meetings:
        heard = await said_at(service, meeting.starts_at - timedelta(hours=1))
        said[meeting.starts_at.day] = [event.unless_mailed_since for event in heard if isinstance(event, ReminderDue)]
        await said_at(service, meeting.starts_at)

    assert said == {11: [], 12: [], 13: [], 16: [], 17: [datetime(2026, 3, 16, 23, 0, tzinfo=UTC)]}


def test_a_day_brings_an_invitation_when_a_meeting_begins_and_another_follows() -> None:
    crisis = crisis_of(UUID(int=1))
    meetings = list(crisis.meetings(series(), crisis.first_day, datetime(2026, 3, 2, tzinfo=UTC), UID_DOMAIN))

    assert [day for day in range(10, 19) if brings_invitation(date(2026, 3, day), meetings)] == [11, 12, 13, 16]
