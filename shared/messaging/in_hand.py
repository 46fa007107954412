"""Messages that the broker has handed over and that are not settled yet."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

LOOK_SECONDS = 0.02
QUIET_LOOKS = 5


class InHand:
    """Counts them, so that a service that stops can finish them: what it drops comes back to somebody else."""

    def __init__(self, most: int) -> None:
        """`most` is the consumer's prefetch count."""
        self._most = most
        self._begun = 0
        self._open = 0
        self._may_settle = asyncio.Event()
        self._may_settle.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one message for as long as the block lasts."""
        self._begun += 1
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def may_settle(self) -> None:
        """Wait, before a message is acknowledged, until that may be done."""
        await self._may_settle.wait()

    async def hold(self, within: float) -> None:
        """Have no message settled, and return once the broker has none on its way to us; then we can stop consuming.

        It has none once we hold as many as it may hand over, or nothing has come for a while. What it has on its way
        when a consumer is cancelled it takes back, and counts as a delivery that failed.
        """
        self._may_settle.clear()
        await self._quiet(within, lambda: self._open >= self._most)

    async def finish(self, within: float) -> None:
        """Have messages settled again, and return once none is open, or after so many seconds."""
        self._may_settle.set()
        await self._quiet(within, lambda: False, lambda: not self._open)

    async def _quiet(
        self, within: float, enough: Callable[[], bool], settled: Callable[[], bool] = lambda: True
    ) -> None:
        """Return once it is enough, or none has begun for some looks and all is settled.

        The looks count turns of the event loop, so that a busy machine makes no difference.
        """
        quiet = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while quiet < QUIET_LOOKS and not enough():
                    begun = self._begun
                    await asyncio.sleep(LOOK_SECONDS)
                    quiet = quiet + 1 if settled() and begun == self._begun else 0
