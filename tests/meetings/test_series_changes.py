"""A series is changed or ended from a day on: its meetings follow in place, each said once."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from services.meetings import storage, use_cases
from services.meetings.domain import BeginsInThePast, Change, LinkIsMissing, Meeting
from services.meetings.held_days import MovesOntoAnotherMeeting
from services.meetings.recurrence import EveryWeekday, EveryWeeks, NthWeekday, Single
from services.meetings.replanning import BeyondThePlan, ChangesThePast, Replanned
from services.meetings.series import DayIsOutside, Series, SeriesChange
from shared.contracts.meetings import InvitationIssued, MeetingCancelled, MeetingRescheduled
from shared.errors import NotFound, Refused
from tests.meetings.builders import EVERY_MONTH, MONDAY_NOON, UID_DOMAIN, joined, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, BO, MANDATE, OTHER_MANDATE = (UUID(int=number) for number in range(1, 6))
APRIL = date(2026, 4, 1)
SECOND_TUESDAY = NthWeekday("tuesday", 2, EVERY_MONTH)


@dataclass
class Secretariat:
    """Changes and ends one series, and moves and cancels its meetings."""

    service: Service
    series: Series

    async def change(self, change: SeriesChange, since: date = APRIL) -> Replanned:
        async with self.service.database.transaction() as conn:
            return await use_cases.change_series(
                conn,
                self.series.id,
                change,
                since=since,
                reason="another rhythm",
                uid_domain=UID_DOMAIN,
                correlation_id="change",
                now=self.service.now,
            )

    async def end(self, since: date = APRIL, *, keep_changed_by_hand: bool = False) -> Replanned:
        async with self.service.database.transaction() as conn:
            return await use_cases.end_series(
                conn,
                self.series.id,
                since=since,
                reason="the end",
                keep_changed_by_hand=keep_changed_by_hand,
                correlation_id="end",
                now=self.service.now,
            )

    async def move(self, meeting: Meeting, change: Change) -> None:
        async with self.service.database.transaction() as conn:
            await use_cases.move_meeting(conn, meeting.id, change, correlation_id="move", now=self.service.now)

    async def cancel(self, meeting: Meeting) -> None:
        async with self.service.database.transaction() as conn:
            await use_cases.cancel_meeting(conn, meeting.id, "storm", correlation_id="x", now=self.service.now)

    async def kept(self) -> Series:
        async with self.service.database.connection() as conn:
            return await storage.get_series(conn, self.series.id)


async def planned(service: Service, **changes: object) -> tuple[Secretariat, list[Meeting]]:
    """Plan a series, and forget what was said of it."""
    made = series(**changes)
    meetings = await service.create(made)
    await service.plan()
    await service.said()
    return Secretariat(service, made), meetings


async def scheduled(service: Service) -> dict[date, Meeting]:
    """Return the meetings that stand, by the day on which they are held."""
    return {each.starts_at.date(): each for each in await service.meetings() if each.status == "scheduled"}


async def test_a_monthly_meeting_moves_to_another_weekday_in_place(service: Service) -> None:
    secretariat, (march, april, *others) = await planned(service)

    replanned = await secretariat.change(SeriesChange(recurrence=SECOND_TUESDAY))

    said = await service.said()
    by_id = {meeting.id: meeting for meeting in await service.meetings()}
    assert Counter(type(event) for event in said) == {MeetingRescheduled: 11}
    assert by_id[march.id] == march
    assert by_id[april.id].starts_at == datetime(2026, 4, 14, 7, 30, tzinfo=UTC)
    assert (by_id[april.id].uid, by_id[april.id].revision.sequence) == (april.uid, 1)
    assert {by_id[other.id].starts_at.weekday() for other in others} == {1}
    assert len(replanned.changed) == 11
    assert (replanned.added, replanned.cancelled, replanned.changed_by_hand) == ([], [], [])


async def test_the_same_change_again_changes_nothing(service: Service) -> None:
    secretariat, _ = await planned(service)
    change = SeriesChange(recurrence=EveryWeeks("friday", 2, APRIL), starts_at=time(8, 0), on_holiday="skip")
    await secretariat.change(change)
    await service.said()
    before, kept = await service.meetings(), await secretariat.kept()

    again = await secretariat.change(change)
    await service.plan()

    assert again == Replanned()
    assert (await service.meetings(), await secretariat.kept()) == (before, kept)
    assert await service.said() == []


async def test_days_that_a_rule_adds_are_planned_and_days_that_it_drops_are_cancelled(service: Service) -> None:
    secretariat, _ = await planned(service, recurrence=EveryWeeks("monday", 2, date(2026, 3, 2)))
    third_monday, until = NthWeekday("monday", 3, EVERY_MONTH), date(2026, 6, 30)

    await secretariat.change(SeriesChange(recurrence=third_monday))

    held = [day for day in await scheduled(service) if APRIL <= day <= until]
    assert held == list(third_monday.days(APRIL, until))
    cancelled = [event for event in await service.said() if isinstance(event, MeetingCancelled)]
    assert {event.reason for event in cancelled} == {"another rhythm"}


async def test_a_day_that_was_dropped_is_planned_anew_when_the_rule_takes_it_back(service: Service) -> None:
    every_week = EveryWeeks("thursday", 1, APRIL)
    secretariat, _ = await planned(service, recurrence=every_week, on_holiday="skip")
    before = set(await scheduled(service))
    await secretariat.change(SeriesChange(recurrence=EveryWeeks("thursday", 2, APRIL)))
    dropped = before - set(await scheduled(service))

    replanned = await secretariat.change(SeriesChange(recurrence=every_week))

    assert set(await scheduled(service)) == before
    assert {meeting.starts_at.date() for meeting in replanned.added} == dropped
    assert len(dropped) > 20


async def test_invitations_inside_the_horizon_take_a_sequence_above_all_that_was_told(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    secretariat, (march, *_) = await planned(service)
    await secretariat.change(SeriesChange(starts_at=time(10, 0)), date(2026, 3, 2))
    await service.said()

    await service.hear(started(OTHER_MANDATE, KOEGE, BO))

    (issued,) = await service.said()
    assert isinstance(issued, InvitationIssued)
    assert (issued.meeting.id, issued.revision.sequence) == (march.id, 1)
    assert issued.meeting.starts_at == datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


async def test_meetings_changed_by_hand_are_left_and_listed_and_their_days_are_not_planned_again(
    service: Service,
) -> None:
    secretariat, (_, april, may, june, *_) = await planned(service)
    await secretariat.move(april, Change(starts_at=april.starts_at + timedelta(days=1)))
    await secretariat.cancel(may)
    await service.said()
    moved, cancelled = (await service.meetings())[1:3]

    replanned = await secretariat.change(SeriesChange(recurrence=SECOND_TUESDAY))
    await service.plan()

    held = await scheduled(service)
    assert [meeting.id for meeting in replanned.changed_by_hand] == [moved.id, cancelled.id]
    assert held[moved.starts_at.date()].revision == moved.revision
    assert [day for day in held if day.month == 4] == [moved.starts_at.date()]
    assert [day for day in held if day.month == 5] == []
    assert held[date(2026, 6, 9)].id == june.id
    told = {event.meeting.id for event in await service.said() if isinstance(event, MeetingRescheduled)}
    assert len(told) == len(replanned.changed) == 9
    assert told.isdisjoint({moved.id, cancelled.id})


async def test_a_meeting_changed_by_hand_stands_for_the_day_that_it_took_the_place_of(service: Service) -> None:
    secretariat, (_, april, *_) = await planned(service)
    await secretariat.move(april, Change(minutes=90))
    await secretariat.change(SeriesChange(recurrence=SECOND_TUESDAY))

    between_its_two_days = date(2026, 4, 12)
    await secretariat.change(SeriesChange(recurrence=NthWeekday("tuesday", 3, EVERY_MONTH)), between_its_two_days)

    assert [day for day in await scheduled(service) if day.month == 4] == [april.starts_at.date()]


async def test_a_change_of_the_link_leaves_the_times_that_another_change_gave_from_a_later_day_on(
    service: Service,
) -> None:
    secretariat, (_, april, *_) = await planned(service)
    await secretariat.change(SeriesChange(starts_at=time(8, 0)), date(2026, 6, 1))

    await secretariat.change(SeriesChange(link="https://meet.example/other"))

    changed = (await scheduled(service))[april.starts_at.date()]
    assert (changed.starts_at, changed.link) == (april.starts_at, "https://meet.example/other")


async def test_no_day_is_forgotten_when_a_shorter_horizon_shortens_the_plan(service: Service) -> None:
    secretariat, _ = await planned(service, horizon_days=600)
    every_week = EveryWeeks("thursday", 1, APRIL)

    await secretariat.change(SeriesChange(recurrence=every_week, horizon_days=30, on_holiday="ignore"))
    service.now += timedelta(days=300)
    await service.plan()

    until = service.now.date() + timedelta(days=365)
    to_come = [day for day in await scheduled(service) if service.now.date() < day <= until]
    assert to_come == list(every_week.days(service.now.date() + timedelta(days=1), until))


async def test_a_change_of_the_link_alone_moves_nothing_and_keeps_a_meetings_own_place(service: Service) -> None:
    secretariat, (march, april, *_) = await planned(service)

    await secretariat.change(SeriesChange(link="https://meet.example/other", agenda="Velkomst"))

    by_id = {meeting.id: meeting for meeting in await service.meetings()}
    assert (by_id[march.id].link, by_id[april.id].link) == (march.link, "https://meet.example/other")
    assert (by_id[april.id].agenda, by_id[april.id].starts_at) == ("Velkomst", april.starts_at)
    assert (await secretariat.kept()).agenda == "Velkomst"


async def test_another_agenda_alone_is_kept_with_each_meeting_and_nobody_is_told(service: Service) -> None:
    secretariat, (march, *others) = await planned(service)

    await secretariat.change(SeriesChange(agenda="Velkomst\nJulehandel"))

    assert await service.said() == []
    assert await service.meetings() == [march, *(replace(other, agenda="Velkomst\nJulehandel") for other in others)]


async def test_later_days_are_planned_as_the_series_now_is(service: Service) -> None:
    secretariat, _ = await planned(service)
    change = SeriesChange(recurrence=SECOND_TUESDAY, starts_at=time(8, 0), mode="hybrid", host_town="Køge")
    await secretariat.change(change)

    service.now += timedelta(days=100)
    await service.plan()

    last = (await service.meetings())[-1]
    assert last.starts_at == datetime(2027, 6, 8, 6, 0, tzinfo=UTC)
    assert (last.mode, last.host_town) == ("hybrid", "Køge")


async def test_the_last_meeting_of_the_plan_keeps_its_identity_on_a_day_beyond_it(service: Service) -> None:
    service.now = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    secretariat, meetings = await planned(service, recurrence=NthWeekday("tuesday", 1, EVERY_MONTH))

    await secretariat.change(SeriesChange(recurrence=NthWeekday("tuesday", 4, EVERY_MONTH)))
    service.now += timedelta(days=30)
    await service.plan()

    march = [meeting for day, meeting in (await scheduled(service)).items() if (day.year, day.month) == (2027, 3)]
    assert [(meeting.id, meeting.starts_at.day) for meeting in march] == [(meetings[-1].id, 23)]


async def test_a_longer_horizon_invites_to_more_meetings(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    secretariat, (march, april, *_) = await planned(service)

    await secretariat.change(SeriesChange(horizon_days=45), date(2026, 3, 2))
    await service.plan()

    assert await service.standing() == {(march.id, ANNA), (april.id, ANNA)}
    assert [type(event) for event in await service.said()] == [InvitationIssued]


async def test_a_horizon_beyond_the_plan_has_the_days_in_between_planned(service: Service) -> None:
    secretariat, meetings = await planned(service)

    await secretariat.change(SeriesChange(horizon_days=500))
    await service.plan()

    until = service.now.date() + timedelta(days=500)
    expected = list(secretariat.series.recurrence.days(meetings[0].starts_at.date(), until))
    assert [meeting.occurrence for meeting in await service.meetings()] == expected


@pytest.mark.parametrize(
    ("change", "since", "error", "field"),
    [
        (SeriesChange(minutes=30), date(2026, 3, 1), ChangesThePast, "from"),
        (SeriesChange(minutes=30), date(2027, 3, 3), BeyondThePlan, "from"),
        (SeriesChange(recurrence=EveryWeekday()), APRIL, MovesOntoAnotherMeeting, "on_holiday"),
        (SeriesChange(recurrence=Single(date(2026, 3, 31))), APRIL, DayIsOutside, "recurrence.day"),
        (SeriesChange(link=None), APRIL, LinkIsMissing, "link"),
    ],
)
async def test_a_change_that_makes_no_sense_names_the_field_and_changes_nothing(
    service: Service, change: SeriesChange, since: date, error: type[Refused], field: str
) -> None:
    secretariat, meetings = await planned(service)

    with pytest.raises(error) as refused:
        await secretariat.change(change, since)

    assert refused.value.field == field
    assert (await secretariat.kept()).recurrence == secretariat.series.recurrence
    assert await service.meetings() == meetings


async def test_a_meeting_of_today_is_not_changed_to_a_time_that_has_passed(service: Service) -> None:
    secretariat, _ = await planned(service, recurrence=EveryWeekday(), on_holiday="skip", starts_at=time(15, 0))

    with pytest.raises(BeginsInThePast) as refused:
        await secretariat.change(SeriesChange(starts_at=time(9, 0)), date(2026, 3, 2))

    assert refused.value.field == "from"


async def test_an_unknown_series_is_neither_changed_nor_ended(service: Service) -> None:
    nobody = Secretariat(service, series())

    with pytest.raises(NotFound):
        await nobody.change(SeriesChange(minutes=30))
    with pytest.raises(NotFound):
        await nobody.end()


async def test_an_ended_series_meets_no_more_and_is_never_planned_again(service: Service) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    secretariat, (march, april, *_) = await planned(service, horizon_days=60)
    await secretariat.move(april, Change(minutes=90))
    await service.said()

    ended = await secretariat.end()
    again = await secretariat.end()
    service.now += timedelta(days=5)
    await service.plan()

    said = await service.said()
    assert Counter((type(event), event.correlation_id) for event in said) == {(MeetingCancelled, "end"): 11}
    assert {event.reason for event in said if isinstance(event, MeetingCancelled)} == {"the end"}
    assert (len(ended.cancelled), again) == (11, Replanned())
    assert (await secretariat.kept()).last_day == date(2026, 3, 31)
    assert list(await scheduled(service)) == [march.starts_at.date()]
    assert await service.standing() == {(march.id, ANNA)}


async def test_the_end_spares_meetings_changed_by_hand_where_it_is_told_to(service: Service) -> None:
    secretariat, (_, april, *_) = await planned(service)
    await secretariat.move(april, Change(minutes=90))

    ended = await secretariat.end(keep_changed_by_hand=True)

    assert [meeting.id for meeting in ended.changed_by_hand] == [april.id]
    assert list(await scheduled(service)) == [date(2026, 3, 12), april.starts_at.date()]


async def test_a_series_that_is_ended_before_it_began_has_no_day(service: Service) -> None:
    secretariat, _ = await planned(service, first_day=date(2026, 5, 1), planned_until=date(2026, 4, 30))

    await secretariat.end(MONDAY_NOON.date())

    assert (await secretariat.kept()).last_day == date(2026, 4, 30)
    assert await scheduled(service) == {}


async def test_an_end_is_not_in_the_past_and_a_later_one_does_not_prolong(service: Service) -> None:
    secretariat, _ = await planned(service, last_day=date(2026, 5, 31))

    with pytest.raises(ChangesThePast):
        await secretariat.end(date(2026, 3, 1))
    await secretariat.end(date(2026, 9, 1))

    assert (await secretariat.kept()).last_day == date(2026, 5, 31)
    assert [day.month for day in await scheduled(service)] == [3, 4, 5]
