"""Tells the story to a platform, wherever it runs, and judges what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from ..errors import CannotStart
from . import report
from .arrivals import PATIENCE, Arrivals, sent_by_kind
from .door import Door, open_door
from .operator import operator, overview
from .planning import Planning
from .report import Overviews
from .story import Story
from .verdict import Verdict, by_kind


@dataclass(frozen=True)
class Platform:
    """Where the platform is reached: its services' APIs, and the broker with the register's password."""

    membership: str
    meetings: str
    notifications: str
    amqp: str
    operator_token: str


async def tell(platform: Platform, arrivals_at: Callable[[httpx.AsyncClient], Arrivals]) -> Verdict:
    """Tell the story, show what happened, and return whether all went as it must; raises CannotStart.

    `arrivals_at` makes what looks up arrived e-mails, given a client of notifications.
    """
    async with (
        operator(platform.membership, platform.operator_token) as membership,
        operator(platform.meetings, platform.operator_token) as meetings,
        operator(platform.notifications, platform.operator_token) as notifications,
        open_door(platform.amqp) as door,
    ):
        if (await overview(membership))["members_active"]:
            raise CannotStart("The database holds members already; the demo wants one of its own.")
        story = Story(door, Planning(meetings), notifications, arrivals_at(notifications))
        await story.tell()
        await _until_answered(door, story.published)
        overviews = Overviews(*[await overview(service) for service in (membership, meetings, notifications)])
        verdict = await _judge(story, overviews)
        report.show_table(overviews, verdict, story.began)
        return verdict


async def _judge(story: Story, overviews: Overviews) -> Verdict:
    expected = story.expected.emails
    wanted = type(expected)(map(story.arrivals.seen_as, expected.elements()))
    arrived = await story.arrivals.emails()
    return Verdict(
        missing=wanted - arrived,
        unexpected=arrived - wanted,
        rejected=tuple(story.door.rejected),
        unanswered=story.published - story.door.answers.total(),
        sent=sent_by_kind(overviews.notifications),
        arrived=by_kind(arrived),
    )


async def _until_answered(door: Door, published: int) -> None:
    """Wait until the platform has answered every message, for a while at most."""
    for _ in range(int(PATIENCE / 0.1)):
        if door.answers.total() >= published:
            return
        await asyncio.sleep(0.1)
