"""Messages that the broker has handed over and that are not acknowledged yet."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile

from aiormq.abc import AbstractChannel as Channel
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from shared import logs
from shared.messaging.deliveries import Message

log = logs.get(__name__)

LOOK_SECONDS = 0.02
QUIET_LOOKS = 5
# Longer than the pauses between two bursts of a relay.
QUIET_LOOKS_BEFORE_THE_END = 15
SAY_SECONDS = 1
STILL_SECONDS = 60


class InHand:
    """What a consumer has in hand. It acknowledges many messages with one word, which spares the broker much.

    A service that stops can finish what it has: what it drops comes back to somebody else.
    """

    def __init__(self, most: int) -> None:
        """`most` is the consumer's prefetch count."""
        self._most = most
        self._begun = 0
        self._tally: _Tally | None = None
        self._held = False
        self._moved_at = 0.0
        self._acknowledging: asyncio.Task[None] | None = None

    def trouble(self) -> str | None:
        """Return why nothing moves: a message that is never settled keeps the others from being acknowledged."""
        still = time.monotonic() - self._moved_at
        kept_back = self._tally.kept_back if self._tally else 0
        if kept_back < self._most or still < STILL_SECONDS:
            return None
        return f"{kept_back} messages are in hand, and none was settled for {still:.0f} s"

    def take(self, message: Message) -> None:
        """Note a message that has just come."""
        self._begun += 1
        self._moved_at = time.monotonic()
        if self._tally is None or self._tally.channel is not message.channel:
            # What came by a channel that is gone comes again.
            self._tally = _Tally(message.channel)
        self._tally.take(message)

    def settle(self, message: Message) -> None:
        """Have a message acknowledged soon, together with others."""
        self._note(message, keep=True)

    async def refuse(self, message: Message, *, again: bool) -> None:
        """Hand a message back: to be handed over again, or to be dead-lettered."""
        with suppress(AMQPError, ChannelInvalidStateError):
            await message.channel.basic_reject(message.delivery_tag, requeue=again)
        self._note(message, keep=False)

    def hold(self) -> None:
        """Acknowledge nothing until the end."""
        self._held = True

    async def full_or_quiet(self, consumer: str, most: int, within: float) -> bool:
        """Wait until a consumer has as many messages as it may have at a time, or none has come for a while.

        Whether either came to be within so many seconds. To be called while we hold.
        """
        return await self._quiet(within, QUIET_LOOKS_BEFORE_THE_END, lambda: self._held_by(consumer) >= most)

    async def finish(self, within: float) -> None:
        """Acknowledge again, and return once none is open, or after so many seconds."""
        self._held = False
        self._acknowledge_soon()
        await self._quiet(within, QUIET_LOOKS, lambda: False, lambda: not self._open)
        if self._acknowledging:
            await asyncio.wait([self._acknowledging], timeout=SAY_SECONDS)

    @property
    def _open(self) -> int:
        return self._tally.open if self._tally else 0

    def _held_by(self, consumer: str) -> int:
        return sum(tag == consumer for tag in self._tally.unacknowledged.values()) if self._tally else 0

    def _note(self, message: Message, *, keep: bool) -> None:
        if self._tally and self._tally.channel is message.channel:
            self._tally.note(message.delivery_tag, keep=keep)
            self._moved_at = time.monotonic()
            self._acknowledge_soon()

    def _acknowledge_soon(self) -> None:
        """Acknowledge in a moment all that is settled by then."""
        if not self._held and (self._acknowledging is None or self._acknowledging.done()):
            self._acknowledging = asyncio.create_task(self._acknowledge(), name="acknowledging")

    async def _acknowledge(self) -> None:
        while not self._held and self._tally and (tag := self._tally.next()):
            try:
                await self._tally.channel.basic_ack(tag, multiple=True)
            except (AMQPError, ChannelInvalidStateError) as why:
                log.info("the broker will hand messages over again", error=type(why).__name__)
                return

    async def _quiet(
        self, within: float, looks: int, enough: Callable[[], bool], settled: Callable[[], bool] = lambda: True
    ) -> bool:
        """Return once it is enough, or none has begun for some looks and all is settled: whether that was in time.

        The looks count turns of the event loop, so that a busy machine makes no difference.
        """
        quiet = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while quiet < looks and not enough():
                    begun = self._begun
                    await asyncio.sleep(LOOK_SECONDS)
                    quiet = quiet + 1 if settled() and begun == self._begun else 0
                return True
        return False


@dataclass
class _Tally:
    """The messages of one channel: how many are open, and up to which tag all are settled.

    `unacknowledged`: the consumer of each delivery tag of which the broker has not been told anything yet.
    """

    channel: Channel
    open: int = 0
    unacknowledged: dict[int, str] = field(default_factory=dict)
    _upto: int = 0
    _beyond: dict[int, bool] = field(default_factory=dict)
    _to_acknowledge: int = 0

    @property
    def kept_back(self) -> int:
        """How many the broker still counts: those open, and those settled beyond one that is open."""
        return self.open + sum(self._beyond.values())

    def take(self, message: Message) -> None:
        self.open += 1
        self.unacknowledged[message.delivery_tag] = message.consumer_tag

    def note(self, tag: int, *, keep: bool) -> None:
        """Note that a message is settled; `keep`: that we have it, and may say so."""
        self.open -= 1
        if not keep:
            self.unacknowledged.pop(tag, None)
        self._beyond[tag] = keep
        while (found := self._beyond.pop(self._upto + 1, None)) is not None:
            self._upto += 1
            if found:
                self._to_acknowledge = self._upto

    def next(self) -> int:
        """Return, once, the tag up to which all may be acknowledged; 0: none."""
        upto, self._to_acknowledge = self._to_acknowledge, 0
        if upto:
            for tag in list(takewhile(lambda tag: tag <= upto, self.unacknowledged)):
                del self.unacknowledged[tag]
        return upto
