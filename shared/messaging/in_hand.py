"""Messages that the broker has handed over and that are not settled yet."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aio_pika.abc import AbstractChannel

LOOK_SECONDS = 0.02
QUIET_LOOKS = 5


class _Remembering(dict[str, Any]):
    """Consumers by tag, of which none is forgotten."""

    def pop(self, tag: str, default: Any = None) -> Any:
        return self.get(tag, default)


async def listen_to_the_end(channel: AbstractChannel) -> None:
    """Have a channel hand over also what comes for a consumer after the broker has confirmed its end.

    The library would drop it unsettled. To be called before the consumer is cancelled.
    """
    underlay = await channel.get_underlay_channel()
    underlay.consumers = _Remembering(underlay.consumers)  # type: ignore[attr-defined]


class InHand:
    """Counts them, so that a service that stops can finish them: what it drops comes back to somebody else."""

    def __init__(self) -> None:
        self._begun = 0
        self._open = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one message for as long as the block lasts."""
        self._begun += 1
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def finished(self, within: float) -> None:
        """Return once none is open and none has begun for some looks, or after so many seconds.

        Called when the consumer has just been cancelled: what came before is then in tasks that may not have begun,
        each some turns of the event loop away. The looks count turns, so that a busy machine makes no difference.
        """
        quiet = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while quiet < QUIET_LOOKS:
                    begun = self._begun
                    await asyncio.sleep(LOOK_SECONDS)
                    quiet = quiet + 1 if not self._open and begun == self._begun else 0
