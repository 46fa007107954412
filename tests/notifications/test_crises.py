"""Everybody is told of a crisis once a version: in whatever order that is heard, and also who has muted invitations."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from tests.notifications.builders import NOW, CrisisStory, MeetingStory, person_updated
from tests.notifications.conftest import Service
from tests.notifications.far_server import FarServer
from tests.support.eventually import eventually

ANNA, BO, CARL = UUID(int=11), UUID(int=12), UUID(int=13)


@pytest.fixture
async def story(service: Service) -> CrisisStory:
    """A crisis of two people whom we know."""
    await service.hear(person_updated(ANNA), person_updated(BO, "bo@koege.example", language="en"))
    return CrisisStory(people=(ANNA, BO))


async def test_everybody_gets_one_notice_with_the_whole_plan_and_no_calendar(
    service: Service, story: CrisisStory, server: FarServer
) -> None:
    await service.hear(story.started())
    await service.hear(story.started())
    await service.deliver(server)

    (danish,), (english,) = server.to("anna@koege.example"), server.to("bo@koege.example")
    assert danish["Subject"] == "Kriserytme for Netværksmøde fra onsdag 2. september 2026"
    assert english["Subject"] == "Crisis cadence of Netværksmøde from Wednesday 2 September 2026"
    assert {part.get_content_type() for part in danish.walk()} == {"multipart/alternative", "text/plain", "text/html"}
    assert await service.fates() == [("crisis_notice", "sent")] * 2


async def test_a_crisis_is_told_also_to_who_has_muted_what_can_be_muted(service: Service, story: CrisisStory) -> None:
    await service.mute(ANNA, "invitations")
    await service.mute(ANNA, "reminders")

    await service.hear(story.started())

    assert await service.fates() == [("crisis_notice", "queued")] * 2


async def test_each_version_is_told_once_and_what_waits_of_an_older_one_is_taken_back(
    service: Service, story: CrisisStory
) -> None:
    await service.hear(story.started())
    await service.hear(story.extended())
    await service.all_sent()
    await service.hear(story.ended())

    assert await service.fates() == [
        *[("crisis_notice", "obsolete")] * 2,
        *[("crisis_notice", "sent")] * 2,
        *[("crisis_summary", "queued")] * 2,
    ]
    emails = await service.emails()
    assert len({email["message_id"] for email in emails}) == len(emails)
    assert [json.loads(email["facts"])["said"] for email in emails[::2]] == ["started", "extended", "ended"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_in_any_order_the_last_word_is_told(service: Service, story: CrisisStory, order: tuple[int, ...]) -> None:
    said = [story.started(), story.extended(), story.ended()]

    for number in order:
        await service.hear(said[number])

    waiting = [kind for kind, state in await service.fates() if state == "queued"]
    assert waiting == ["crisis_summary"] * 2


async def test_a_person_who_becomes_known_later_is_told_while_the_crisis_lasts(service: Service) -> None:
    story = CrisisStory(people=(ANNA, BO))
    await service.hear(story.started())
    assert await service.fates() == []

    await service.hear(person_updated(ANNA))
    service.later(timedelta(days=8))
    await service.hear(person_updated(BO, "bo@koege.example"), person_updated(ANNA, version=2))

    assert await service.fates() == [("crisis_notice", "queued")]


async def test_a_notice_that_got_through_nowhere_goes_to_the_new_address_while_the_crisis_lasts(
    service: Service, story: CrisisStory
) -> None:
    await service.hear(story.started())
    await service.set_state("failed", may_have_arrived=False)

    await service.hear(person_updated(ANNA, "anna@handel.example", version=2))
    service.later(timedelta(days=8))
    await service.hear(person_updated(BO, "bo@handel.example", version=2))

    anna, bo = await service.emails()
    assert (anna["address"], anna["state"], anna["attempts"]) == ("anna@handel.example", "queued", 0)
    assert (bo["address"], bo["state"]) == ("bo@koege.example", "failed")


@pytest.mark.parametrize("apart", [True, False])
async def test_who_comes_to_the_group_later_is_told_and_nobody_twice(service: Service, *, apart: bool) -> None:
    story = CrisisStory(people=(ANNA,))
    later = replace(story, people=(BO,))
    await service.hear(person_updated(ANNA), person_updated(BO, "bo@koege.example"))

    for together in [[story.started()], [later.started()]] if apart else [[later.started(), story.started()]]:
        await service.hear(*together)
    await service.all_sent()
    await service.hear(story.undone())

    told = {(email["kind"], email["person_id"]) for email in await service.emails()}
    assert told == {(kind, person) for kind in ("crisis_notice", "crisis_cancelled") for person in (ANNA, BO)}
    assert len(await service.emails()) == 4


async def test_a_mistake_is_told_to_whoever_was_told_of_the_crisis(service: Service, story: CrisisStory) -> None:
    await service.hear(story.started())
    await service.all_sent()

    await service.hear(story.undone())
    await service.hear(story.undone(), story.started())

    assert await service.fates() == [*[("crisis_notice", "sent")] * 2, *[("crisis_cancelled", "queued")] * 2]


async def test_of_a_mistake_that_nobody_was_told_of_nobody_is_told(service: Service, story: CrisisStory) -> None:
    await service.hear(story.started())

    await service.hear(story.undone())

    assert await service.fates() == [("crisis_notice", "obsolete")] * 2


async def test_who_is_just_being_told_of_a_crisis_when_it_is_undone_is_told_of_the_mistake(
    service: Service, story: CrisisStory
) -> None:
    await service.hear(story.started())

    async with service.database.transaction() as conn:
        await conn.execute("UPDATE emails SET state = 'sent', may_have_arrived = true")
        hearing = asyncio.create_task(service.hear(story.undone()))
        await eventually(lambda: waits_for_a_lock(service))
    await hearing

    assert await service.fates() == [*[("crisis_notice", "sent")] * 2, *[("crisis_cancelled", "queued")] * 2]


async def waits_for_a_lock(service: Service) -> bool:
    async with service.database.connection() as conn:
        waiting: bool = await conn.fetchval(
            """
            SELECT EXISTS (
                SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            )
            """
        )
        return waiting


async def test_who_was_mailed_of_the_series_that_day_gets_no_reminder_in_a_crisis(
    service: Service, story: CrisisStory
) -> None:
    meeting, next_one = MeetingStory(starts_at=NOW + timedelta(days=1)), MeetingStory()
    await service.hear(person_updated(CARL, "carl@koege.example"), *(meeting.issued(each) for each in (ANNA, BO, CARL)))
    await service.all_sent()
    service.later(timedelta(hours=23))
    await service.hear(replace(story, people=(BO,)).started(), next_one.issued(CARL))
    await service.all_sent()

    await service.hear(meeting.reminder(service.now, unless_mailed_since=service.now - timedelta(hours=9)))

    assert [email["person_id"] for email in await service.emails() if email["kind"] == "reminder"] == [ANNA]
