"""Waiting, in tests, for what happens soon but not at once."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(check: Callable[[], Awaitable[T | None]], *, within: float = ..., every: float = ...) -> T: ...


@overload
async def eventually(check: Callable[[], T | None], *, within: float = ..., every: float = ...) -> T: ...


async def eventually(
    check: Callable[[], Awaitable[T | None] | T | None], *, within: float = 10.0, every: float = 0.05
) -> T:
    """Call `check` until it returns something true, and return that.

    After `within` seconds its own AssertionError is raised, or one that says what it returned last.
    """
    deadline = asyncio.get_running_loop().time() + within
    while True:
        outcome = await _try(check)
        if not isinstance(outcome, AssertionError) and outcome:
            return outcome
        if asyncio.get_running_loop().time() > deadline:
            raise _failure(outcome, within)
        await asyncio.sleep(every)


async def _try(check: Callable[[], Awaitable[T | None] | T | None]) -> T | AssertionError | None:
    try:
        result = check()
        return await result if inspect.isawaitable(result) else result
    except AssertionError as not_yet:
        return not_yet


def _failure(outcome: object, within: float) -> AssertionError:
    if isinstance(outcome, AssertionError):
        return outcome
    return AssertionError(f"still {outcome!r} after {within} s")
