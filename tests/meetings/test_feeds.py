"""The calendar feeds as calendar programs fetch them."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from icalendar import Calendar

from services.meetings import use_cases
from services.meetings.answers import Choice, Said
from services.meetings.domain import Change, Meeting
from services.meetings.feed_address import FeedAddress, FeedAddresses
from services.meetings.feed_states import FeedStates
from services.meetings.series import SeriesChange
from shared.contracts.meetings import InvitationIssued, MeetingCancelled, MeetingRescheduled
from shared.contracts.membership import Person, PersonUpdated
from shared.database.pool import DatabaseAway, opened
from tests.conftest import DatabaseOf
from tests.meetings.builders import (
    ANSWER_SECRET,
    MEETINGS_URL,
    UID_DOMAIN,
    joined,
    left,
    person_updated,
    series,
    started,
)
from tests.meetings.conftest import Service, web
from tests.meetings.test_crisis import crisis_of

KOEGE, RIBE, ANNA, BO = (UUID(int=number) for number in range(1, 5))
ADDRESSES = FeedAddresses(MEETINGS_URL, ANSWER_SECRET)
PUBLIC = "/calendar/public.ics"
TOLD = (InvitationIssued, MeetingRescheduled, MeetingCancelled)
DAY = timedelta(days=1)


@pytest.fixture
async def planned(service: Service) -> list[Meeting]:
    """The meetings of a monthly series; Anna and Bo are asked to the first three."""
    await service.hear(joined(KOEGE), joined(RIBE), started(ANNA, KOEGE, ANNA), started(BO, RIBE, BO))
    await service.hear(person_updated(ANNA, "Anna Ærø"))
    meetings = await service.create(series(mode="hybrid", place="Rådhuset", address="Torvet 1", horizon_days=90))
    await service.plan()
    return meetings


@pytest.fixture
async def program(service: Service, database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    """A calendar program, at the moment of the test."""
    async with web(await database("meetings"), service.clock) as client:
        client.headers = httpx.Headers({"Accept-Encoding": "identity"})
        yield client


def feed_of(person: UUID, generation: int = 0, addresses: FeedAddresses = ADDRESSES) -> str:
    return addresses.private(FeedAddress(person, generation)).url.removeprefix(MEETINGS_URL)


async def entries(program: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """Return what a feed holds, by UID."""
    response = await program.get(path)
    assert response.status_code == 200, response.text
    return {str(event["UID"]): event for event in Calendar.from_ical(response.content).walk("VEVENT")}


async def move(service: Service, meeting: Meeting, change: Change) -> Meeting:
    async with service.database.transaction() as conn:
        return await use_cases.move_meeting(conn, meeting.id, change, correlation_id="move", now=service.now)


async def cancel(service: Service, meeting: Meeting) -> Meeting:
    async with service.database.transaction() as conn:
        return await use_cases.cancel_meeting(conn, meeting.id, "Sne", correlation_id="cancel", now=service.now)


async def answer(service: Service, meeting: Meeting, person: UUID, choice: Choice) -> None:
    async with service.database.transaction() as conn:
        said = Said(choice, None if choice == "declined" else "online", None, service.now)
        await use_cases.give_answer(conn, meeting.id, person, said, correlation_id="answer", now=service.now)


async def publish(service: Service, meeting: Meeting) -> None:
    async with service.database.connection() as conn:
        await conn.execute("UPDATE series SET is_public = true WHERE id = $1", meeting.series_id)


async def test_a_feed_holds_what_its_reader_is_asked_to_with_the_revisions_of_their_e_mails(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    service.now += timedelta(hours=1)
    moved = await move(service, planned[0], Change(starts_at=planned[0].starts_at + DAY, place="Biblioteket"))
    cancelled = await cancel(service, planned[1])
    await move(service, planned[2], Change(place=None, address=None))
    said = {event.meeting.uid: event.revision for event in await service.said() if isinstance(event, TOLD)}

    found = await entries(program, feed_of(ANNA))

    assert list(found) == [meeting.uid for meeting in planned[:3]]
    for uid, event in found.items():
        revision = (said[uid].sequence, said[uid].dtstamp, said[uid].last_modified)
        assert (event["SEQUENCE"], event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == revision
    assert [event["STATUS"] for event in found.values()] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    first = found[moved.uid]
    assert (first["DTSTART"].dt, first["DTEND"].dt) == (moved.starts_at, moved.ends_at)
    assert (first["SUMMARY"], first["LOCATION"]) == (moved.title, "Biblioteket, Torvet 1")
    assert found[planned[2].uid]["LOCATION"] == "Stedet følger"
    assert first["DESCRIPTION"] == f"Form: Fremmøde eller online\nDeltag online: {moved.link}"
    assert first["SEQUENCE"] == found[cancelled.uid]["SEQUENCE"] == 1
    assert "ATTENDEE" not in first
    assert "ORGANIZER" not in first


async def test_a_feed_says_what_programs_want_to_know_of_it(program: httpx.AsyncClient, planned: list[Meeting]) -> None:
    response = await program.get(feed_of(ANNA))

    calendar: Any = Calendar.from_ical(response.content)
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["cache-control"] == "private, max-age=900"
    assert (calendar["NAME"], calendar["X-WR-CALNAME"]) == ("Danske Handelsbyer", "Danske Handelsbyer")
    assert calendar["X-WR-TIMEZONE"] == "Europe/Copenhagen"
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"
    assert "METHOD" not in calendar


async def test_head_and_gzip_give_the_same_feed(program: httpx.AsyncClient, planned: list[Meeting]) -> None:
    plain = await program.get(feed_of(ANNA))
    head = await program.head(feed_of(ANNA))
    async with program.stream("GET", feed_of(ANNA), headers={"Accept-Encoding": "gzip, br"}) as response:
        packed = b"".join([octets async for octets in response.aiter_raw()])

    assert (head.status_code, head.headers) == (200, plain.headers)
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["etag"] == plain.headers["etag"]
    assert response.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 2


async def test_a_program_that_has_the_feed_is_told_so_until_it_changes(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    async def etag(path: str = feed_of(ANNA)) -> str:
        return (await program.get(path)).headers["etag"]

    async def has(tag: str) -> bool:
        tags = f'"another", {tag}'
        for method in ("GET", "HEAD"):
            response = await program.request(method, feed_of(ANNA), headers={"If-None-Match": tags})
            assert (response.status_code == 304) == (response.headers["etag"] == tag)
        return response.status_code == 304 and response.content == b""

    known = {await etag()}
    assert await has(*known)
    await answer(service, planned[0], ANNA, "accepted")
    await move(service, planned[0], Change(agenda="1. Siden sidst"))
    assert await has(*known)

    async def changed() -> None:
        assert not await has(max(known, key=list(known).index))
        before = len(known)
        known.add(await etag())
        assert len(known) == before + 1

    await move(service, planned[0], Change(starts_at=planned[0].starts_at + DAY))
    await changed()
    await cancel(service, planned[1])
    await changed()
    english = Person(id=ANNA, name="Anna", email="anna@koege.example", language="en")
    await service.hear(PersonUpdated(correlation_id="en", person=english, version=2))
    await changed()
    service.now += 31 * DAY
    await changed()
    await service.hear(left(KOEGE))
    await changed()
    assert (await program.get(feed_of(ANNA), headers={"If-None-Match": "*"})).status_code == 304


async def test_what_is_cancelled_stays_a_month_and_what_is_past_a_year(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    cancelled = await cancel(service, planned[2])
    first, second = planned[0].uid, planned[1].uid

    assert list(await entries(program, feed_of(ANNA))) == [first, second, cancelled.uid]
    service.now += timedelta(days=30)
    assert list(await entries(program, feed_of(ANNA))) == [first, second, cancelled.uid]
    service.now += DAY
    assert list(await entries(program, feed_of(ANNA))) == [first, second]
    service.now = planned[0].ends_at + timedelta(days=365)
    assert list(await entries(program, feed_of(ANNA))) == [first, second]
    service.now += DAY
    assert list(await entries(program, feed_of(ANNA))) == [second]


async def test_who_has_left_or_was_never_known_finds_nothing_to_come(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    service.now = planned[0].starts_at + timedelta(minutes=1)
    await service.plan()
    await service.hear(left(KOEGE))
    await cancel(service, planned[2])

    assert list(await entries(program, feed_of(ANNA))) == [planned[0].uid]
    assert len(await entries(program, feed_of(BO))) == 3
    assert await entries(program, feed_of(uuid4())) == {}


async def test_what_is_paused_stays_as_cancelled_whatever_becomes_of_it_meanwhile(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    async def told() -> tuple[str, Any]:
        return (await program.get(feed_of(ANNA))).headers["etag"], (await entries(program, feed_of(ANNA)))[march.uid]

    march = planned[0]
    crisis = crisis_of(march.series_id)
    how: dict[str, Any] = {"correlation_id": "crisis", "now": service.now}
    async with service.database.transaction() as conn:
        await use_cases.start_crisis(conn, crisis, uid_domain=UID_DOMAIN, **how)
    paused = await told()
    async with service.database.transaction() as conn:
        changed = SeriesChange(starts_at=time(11, 0))
        since, reason = service.now.date(), None
        await use_cases.change_series(
            conn, march.series_id, changed, since=since, reason=reason, uid_domain=UID_DOMAIN, **how
        )
    at_eleven = await told()
    await cancel(service, march)
    for_good = await told()

    found = [
        (event["STATUS"], event["SEQUENCE"], event["DTSTART"].dt.hour) for _, event in (paused, at_eleven, for_good)
    ]
    assert found == [("CANCELLED", 1, 9), ("CANCELLED", 2, 11), ("CANCELLED", 3, 11)]
    assert len({etag for etag, _ in (paused, at_eleven, for_good)}) == 3


async def test_what_a_person_has_declined_is_left_out_until_they_say_something_else(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    first, second, third = (meeting.uid for meeting in planned[:3])
    tags = [(await program.get(feed_of(ANNA))).headers["etag"]]

    await answer(service, planned[0], ANNA, "declined")
    assert list(await entries(program, feed_of(ANNA))) == [second, third]
    tags.append((await program.get(feed_of(ANNA))).headers["etag"])
    service.now += timedelta(minutes=1)
    await answer(service, planned[0], ANNA, "tentative")
    await answer(service, planned[1], ANNA, "declined")
    await cancel(service, planned[1])
    tags.append((await program.get(feed_of(ANNA))).headers["etag"])

    assert list(await entries(program, feed_of(ANNA))) == [first, third]
    assert list(await entries(program, feed_of(BO))) == [first, second, third]
    assert len(set(tags)) == 3


async def test_an_address_is_good_until_it_is_replaced(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    async with service.database.transaction() as conn:
        await use_cases.replace_feed_address(conn, ANNA, now=service.now)
    forged = FeedAddresses(MEETINGS_URL, "yet another secret of thirty-two characters")
    unknown = [feed_of(ANNA, 0, forged), feed_of(ANNA)[:-8] + ".ics", "/calendar/AAAA.ics", "/calendar/æ.ics"]

    assert (await program.get(feed_of(ANNA))).status_code == 410
    assert (await program.get(feed_of(ANNA, 2))).status_code == 410
    assert len(await entries(program, feed_of(ANNA, 1))) == 3
    assert len(await entries(program, feed_of(BO))) == 3
    assert [(await program.get(path)).status_code for path in unknown] == [404] * len(unknown)
    assert str(ANNA) not in feed_of(ANNA)


async def test_the_public_feed_holds_public_meetings_as_they_are_and_not_the_link_to_join(
    service: Service, program: httpx.AsyncClient, planned: list[Meeting]
) -> None:
    await service.create(series(title="Styregruppe"))
    empty = await program.get(PUBLIC)
    await publish(service, planned[0])
    moved = await move(service, planned[0], Change(starts_at=planned[0].starts_at + DAY))
    cancelled = await cancel(service, planned[1])
    public = await program.get(PUBLIC)

    found = await entries(program, PUBLIC)
    assert Calendar.from_ical(empty.content).walk("VEVENT") == []
    assert set(found) == {meeting.uid for meeting in planned}
    own = moved.revision
    event = found[moved.uid]
    assert (event["SEQUENCE"], event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == (
        own.sequence,
        own.dtstamp,
        own.last_modified,
    )
    assert event["DESCRIPTION"] == "Form: Fremmøde eller online"
    assert b"meet.example" not in public.content
    assert found[cancelled.uid]["STATUS"] == "CANCELLED"
    assert public.headers["cache-control"] == "public, max-age=900"
    again = await program.get(PUBLIC, headers={"If-None-Match": public.headers["etag"].removeprefix("W/")})
    assert again.status_code == 304


async def test_many_programs_at_once_each_learn_of_their_own_feed(service: Service, planned: list[Meeting]) -> None:
    async with service.database.transaction() as conn:
        await use_cases.replace_feed_address(conn, BO, now=service.now)
    states = FeedStates(service.database, service.clock)
    gone = asyncio.create_task(states.of(ANNA))
    await asyncio.sleep(0)
    gone.cancel()

    anna, bo, nobody, public, *others = await asyncio.gather(
        *(states.of(whose) for whose in (ANNA, BO, uuid4(), None)), *(states.of(ANNA) for _ in range(50))
    )

    assert [state.generation for state in (anna, bo, nobody, public)] == [0, 1, 0, 0]
    assert [state.content for state in (anna, bo, nobody, public)] == ["3", "3", "0", ""]
    assert set(others) == {anna}


async def test_while_the_database_is_away_a_program_is_told_to_try_again(
    service: Service, database: DatabaseOf, planned: list[Meeting]
) -> None:
    away = replace(await database("meetings"), urls={"meetings_runtime": "postgresql://nobody:nothing@127.0.0.1:9/no"})
    async with opened(away.runtime_url) as nowhere:
        states = FeedStates(nowhere, service.clock)
        found = await asyncio.gather(states.of(ANNA), states.of(BO), return_exceptions=True)

    async with web(away, service.clock) as program:
        response = await program.get(feed_of(ANNA))
    assert [type(why) for why in found] == [DatabaseAway, DatabaseAway]
    assert response.status_code == 503


def test_a_feed_is_handed_to_each_calendar_program_by_a_link_of_its_own() -> None:
    subscription = ADDRESSES.public()

    webcal = "webcal://post.netvaerk.example/meetings/calendar/public.ics"
    encoded = "https%3A%2F%2Fpost.netvaerk.example%2Fmeetings%2Fcalendar%2Fpublic.ics"
    assert subscription.url == "https://post.netvaerk.example/meetings/calendar/public.ics"
    assert subscription.apple == webcal
    assert subscription.google == (
        "https://calendar.google.com/calendar/r?cid="
        "webcal%3A%2F%2Fpost.netvaerk.example%2Fmeetings%2Fcalendar%2Fpublic.ics"
    )
    assert subscription.outlook == (
        f"https://outlook.office.com/calendar/0/addfromweb?url={encoded}&name=Danske%20Handelsbyer"
    )
    assert subscription.outlook_at_home.startswith(f"https://outlook.live.com/calendar/0/addfromweb?url={encoded}")
