"""What a person who starts the stack is told when it cannot go on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class CannotStart(Exception):
    """The stack, or a part of it, could not be started or has ended; the message says what to do."""


@asynccontextmanager
async def patience(seconds: float, otherwise: Callable[[], str]) -> AsyncIterator[None]:
    """Give the block so much time; raises CannotStart with what `otherwise` says where it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise CannotStart(otherwise()) from None


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """Lend a task group whose first failure is raised by itself, once the other tasks are cancelled."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
