"""A part goes on whatever its step meets, until somebody ends it."""

import asyncio

import pytest

from shared.parts import Loop
from tests.support.eventually import eventually


@pytest.mark.parametrize(
    "why",
    [ConnectionError(), asyncio.CancelledError()],  # the second is what a library makes of a connection that hung
    ids=["fails", "says that it was cancelled"],
)
async def test_a_step_that_fails_is_taken_again(why: BaseException) -> None:
    failures, taken = [why], asyncio.Event()

    async def step() -> bool:
        if failures:
            raise failures.pop()
        taken.set()
        return False

    loop = Loop("ours", step, pause=10)
    await loop.start()
    await asyncio.wait_for(taken.wait(), timeout=5)

    assert await eventually(lambda: loop_is_well(loop))
    await loop.stop()


async def test_a_loop_ends_in_the_middle_of_a_step() -> None:
    begun = asyncio.Event()

    async def step() -> bool:
        begun.set()
        await asyncio.sleep(600)
        return False

    loop = Loop("ours", step, pause=10)
    await loop.start()
    await begun.wait()

    await asyncio.wait_for(loop.stop(), timeout=5)

    assert await loop.trouble() == "is not running"


async def loop_is_well(loop: Loop) -> bool:
    return await loop.trouble() is None
