"""What a test takes away in the middle and brings back: at the same address, with the same data."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from docker.errors import APIError

from deploy.local.program import Program

ATTEMPTS_TO_FREEZE = 20

UntilAnswers = Callable[[], Awaitable[None]]


class Victim(Protocol):
    """A server, or a service."""

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""

    async def kill(self) -> None:
        """End it without asking, with everything that belongs to it."""

    async def pause(self) -> None:
        """Hold it still: it keeps its connections and answers nobody."""

    async def resume(self) -> None:
        """Let it go on after a pause."""

    async def start(self) -> None:
        """Start it again once it was stopped or killed, and wait until it answers."""


@dataclass(frozen=True)
class Programs:
    """A victim that runs as programs of our own; `ask` is the signal that asks them to end, where not their usual."""

    programs: Sequence[Program]
    until_answers: UntilAnswers
    ask: signal.Signals | None = None

    async def stop(self) -> None:
        await asyncio.gather(*(program.stop(20, ask=self.ask) for program in self.programs))

    async def kill(self) -> None:
        for program in self.programs:
            program.kill()

    async def pause(self) -> None:
        for program in self.programs:
            program.pause()

    async def resume(self) -> None:
        for program in self.programs:
            program.resume()

    async def start(self) -> None:
        for program in self.programs:
            program.start()
        await self.until_answers()


@dataclass(frozen=True)
class Container:
    """A victim that runs as a container whose ports on this machine stay the same."""

    container: Any
    until_answers: UntilAnswers

    async def stop(self) -> None:
        await asyncio.to_thread(self.container.stop, timeout=20)

    async def kill(self) -> None:
        await asyncio.to_thread(self.container.kill)

    async def pause(self) -> None:
        """Freeze it; the kernel does not manage while a process of the container is about to begin or end."""
        for attempt in range(1, ATTEMPTS_TO_FREEZE + 1):
            try:
                await asyncio.to_thread(self.container.pause)
            except APIError as why:
                if "unable to freeze" not in str(why) or attempt == ATTEMPTS_TO_FREEZE:
                    raise
                await asyncio.sleep(0.2)
            else:
                return

    async def resume(self) -> None:
        await asyncio.to_thread(self.container.unpause)

    async def start(self) -> None:
        await asyncio.to_thread(self.container.start)
        await self.until_answers()
