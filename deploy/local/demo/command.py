"""`python -m deploy.local demo`: starts the stack, tells the story, shows what came of it."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from ..errors import together
from ..mailbox.command import start_mailbox
from ..progress import say
from ..stack import Stack, running_stack
from . import report
from .arrivals import Books, Folder
from .messages import SYSTEM
from .telling import Platform, tell
from .verdict import Verdict


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
        report.show_places(stack, mailbox_url, stays=not once)
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
    surroundings = stack.surroundings
    platform = Platform(
        membership=stack.parts["membership", "web"].url,
        meetings=stack.parts["meetings", "web"].url,
        notifications=stack.parts["notifications", "web"].url,
        amqp=surroundings.broker.url(SYSTEM, surroundings.passwords.of_user(SYSTEM)),
        operator_token=surroundings.passwords.operator_token,
    )
    folder = surroundings.smtp.folder
    return await tell(platform, lambda notifications: Folder(folder) if folder else Books(notifications))
