"""Ending on request: Ctrl-C, a terminal that closes, or a polite kill."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def until_asked_to_stop(work: Coroutine[Any, Any, None]) -> bool:
    """Do the work until it is done or a signal asks to stop, and return whether it was a signal.

    The work ends by being cancelled, once: it is not disturbed again while it puts everything away.
    """
    task = asyncio.ensure_future(work)
    asked = asyncio.Event()

    def stop() -> None:
        if not asked.is_set():
            asked.set()
            task.cancel()

    for wanted in STOP:
        asyncio.get_running_loop().add_signal_handler(wanted, stop)
    with suppress(asyncio.CancelledError):
        await task
    return asked.is_set()
