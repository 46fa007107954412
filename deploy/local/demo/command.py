"""`python -m deploy.local demo`: starts the stack, tells the story, shows what came of it."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from ..errors import CannotStart, together
from ..mailbox.command import start_mailbox
from ..progress import say
from ..stack import Stack, running_stack
from . import report
from .arrivals import PATIENCE, Arrivals, Books, Folder, sent_by_kind
from .door import Door, open_door
from .messages import SYSTEM
from .operator import operator, overview
from .planning import Planning
from .report import Overviews
from .story import Story
from .verdict import Verdict, by_kind


class DemoFailed(Exception):
    """What arrived is not what was expected; the message says so in one line."""


async def demo(run_folder: Path, *, once: bool) -> None:
    """Show the main job; raises DemoFailed where an e-mail is missing, or there though it must not be."""
    async with running_stack(run_folder) as stack:
        folder = stack.surroundings.smtp.folder
        mailbox_url = await start_mailbox(stack.run, folder) if folder else None
        if mailbox_url:
            say(f"mailbox: {mailbox_url}")
        verdict = await _while_all_is_well(stack, _tell(stack))
        report.show_places(stack, mailbox_url)
        report.show_verdict(verdict)
        if not once:
            say("Ctrl-C stops it all.")
            await stack.watch()
        if not verdict.good:
            raise DemoFailed("The demo did not end as it must; the logs are in .run/logs.")


async def _while_all_is_well(stack: Stack, work: Coroutine[Any, Any, Verdict]) -> Verdict:
    """Do the work, and give up at once where a part of the stack ends."""
    async with together() as running:
        watching = running.create_task(stack.watch())
        working = running.create_task(work)
        await asyncio.wait([working, watching], return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
    return working.result()


async def _tell(stack: Stack) -> Verdict:
    token, broker = stack.surroundings.passwords.operator_token, stack.surroundings.broker
    async with (
        operator(stack.parts["membership", "web"].url, token) as membership,
        operator(stack.parts["meetings", "web"].url, token) as meetings,
        operator(stack.parts["notifications", "web"].url, token) as notifications,
        open_door(broker.url(SYSTEM, stack.surroundings.passwords.of_user(SYSTEM))) as door,
    ):
        if (await overview(membership))["members_active"]:
            raise CannotStart("The database holds members already; the demo wants one of its own.")
        folder = stack.surroundings.smtp.folder
        arrivals: Arrivals = Folder(folder) if folder else Books(notifications)
        story = Story(door, Planning(meetings), notifications, arrivals)
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
