"""The parts of a service process: what starts, what stops, and what it says when it is in trouble."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

from shared import logs
from shared.errors import Trouble

log = logs.get(__name__)


STOP_SECONDS = 8


class Part(Protocol):
    """Something that runs beside the web application of the same process."""

    name: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def trouble(self) -> str | None:
        """Return why this part cannot do its work now, or None when all is well."""
        ...


class Loop:
    """Takes a step again and again: at once while there is more to do, else after a pause or when woken.

    A step that fails is logged and taken again after a growing delay; nothing it does may be lost by that.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[bool]], *, pause: float, slowest: float = 5.0) -> None:
        self.name = name
        self._step = step
        self._pause = pause
        self._slowest = slowest
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trouble: str | None = "has not run yet"

    def wake(self) -> None:
        """Ask for a step now."""
        self._woken.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def trouble(self) -> str | None:
        if self._task is None or self._task.done():
            return "is not running"
        return self._trouble

    async def _run(self) -> None:
        delay = 0.1
        while True:
            self._woken.clear()
            try:
                more = await self._step()
            except (Exception, asyncio.CancelledError) as why:
                if asked_to_end():
                    raise
                self._trouble = str(why) if isinstance(why, Trouble) else f"{type(why).__name__} at its last step"
                traced = delay > 1 and not isinstance(why, Trouble)
                log.warning("step failed", part=self.name, why=self._trouble, exc_info=traced)
                await asyncio.sleep(delay)
                delay = min(delay * 2, self._slowest)
                continue
            self._trouble, delay = None, 0.1
            if not more:
                await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause):
                await self._woken.wait()


async def stop(parts: Sequence[Part]) -> None:
    """Stop parts side by side; one that cannot be stopped keeps no other from it."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            stopped = await asyncio.gather(*(part.stop() for part in parts), return_exceptions=True)
    except TimeoutError:
        log.error("not all parts stopped in time", seconds=STOP_SECONDS)
        return
    for part, why in zip(parts, stopped, strict=True):
        if why is not None:
            log.error("a part did not stop as it must", part=part.name, exc_info=why)


def asked_to_end() -> bool:
    """Tell whether somebody cancels this task; a library may say of its own work that it was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
