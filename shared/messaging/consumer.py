"""Takes messages from one queue, and holds on to it: whatever happens to the connection, it begins anew."""

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import cast

import aiormq
from aiormq.abc import DeliveredMessage

from shared.errors import Trouble
from shared.messaging.away import BROKER_AWAY
from shared.messaging.deliveries import Deliveries, Take
from shared.messaging.in_hand import InHand
from shared.parts import Loop

LOOK_SECONDS = 1.0
CONNECT_SECONDS = 10
CANCEL_SECONDS = 1
# How many messages each of the consumers may have with which a trickle is brought to an end, and how soon it should.
NARROWER = (64, 16, 4, 1)
FILL_SECONDS = 0.4
NARROW_SECONDS = 2.5
DRAIN_SECONDS = 4


class Consumer:
    """Hands each message to `take`, which sees to it that it is settled `in_hand` sooner or later.

    Once a second it looks whether the broker still knows it: a consumer can go while its connection stays.
    """

    def __init__(self, name: str, amqp_url: str, queue: str, take: Take, *, most: int) -> None:
        """`most`: how many messages may be in hand at a time."""
        self.in_hand = InHand(most)
        self._amqp_url = amqp_url
        self._queue = queue
        self._take = take
        self._most = most
        self._loop = Loop(name, self._keep_consuming, pause=LOOK_SECONDS, slowest=LOOK_SECONDS)
        self._open = AsyncExitStack()
        self._channel: aiormq.Channel | None = None
        self._tag = ""
        self.start = self._loop.start

    async def stop(self) -> None:
        """Take no more, finish what is in hand, then close; nothing is handed back that was not begun."""
        await self._loop.stop()
        self.in_hand.hold()
        with suppress(*BROKER_AWAY):
            async with asyncio.timeout(NARROW_SECONDS):
                await self._narrow()
        with suppress(*BROKER_AWAY):
            async with asyncio.timeout(CANCEL_SECONDS):
                await self._cancel()
        await self.in_hand.finish(DRAIN_SECONDS)
        await self._open.aclose()

    async def trouble(self) -> str | None:
        """Return why nothing is taken now, or None when all is well."""
        gone = None if self._is_consuming() else f"no consumer of {self._queue}"
        return await self._loop.trouble() or gone or self.in_hand.trouble()

    def _is_consuming(self) -> bool:
        return bool(self._channel and not self._channel.is_closed and self._tag in self._channel.consumers)

    async def _keep_consuming(self) -> bool:
        if not self._is_consuming():
            await self._disconnect()
            await self._consume()
        return False

    async def _consume(self) -> None:
        deliveries = Deliveries(self._take)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                connection = await aiormq.connect(
                    self._amqp_url, transport_factory=deliveries, client_properties={"connection_name": self._queue}
                )
                self._open.push_async_callback(connection.close)
                channel = deliveries.channel = cast(aiormq.Channel, await connection.channel(publisher_confirms=False))
                await channel.basic_qos(prefetch_count=self._most)
                begun = await channel.basic_consume(self._queue, _went_past)
        except BROKER_AWAY as why:
            raise Trouble(f"no consumer of {self._queue} ({type(why).__name__})") from why
        self._channel, self._tag = channel, begun.consumer_tag or ""

    async def _narrow(self) -> None:
        """Return in a moment in which the broker has nothing on its way to us; then we can stop consuming.

        What it has on its way when a consumer is cancelled it takes back, and counts as a delivery that failed. It has
        nothing once we hold as many as it may hand over, or none has come for a while. Where messages trickle neither
        comes to be: then a consumer that may have fewer takes the place of the other, and all that comes, until it is
        full.
        """
        most = self._most
        for urgency, fewer in enumerate(NARROWER, start=1):
            if await self.in_hand.full_or_quiet(self._tag, most, FILL_SECONDS):
                return
            if not self._channel or self._channel.is_closed:
                return
            await self._channel.basic_qos(prefetch_count=fewer)
            begun = await self._channel.basic_consume(self._queue, _went_past, arguments={"x-priority": urgency})
            await self._cancel()
            self._tag, most = begun.consumer_tag or "", fewer
        await self.in_hand.full_or_quiet(self._tag, most, FILL_SECONDS)

    async def _cancel(self) -> None:
        if self._channel and not self._channel.is_closed:
            await self._channel.basic_cancel(self._tag)

    async def _disconnect(self) -> None:
        self._channel = None
        connections, self._open = self._open, AsyncExitStack()
        await connections.aclose()


async def _went_past(message: DeliveredMessage) -> None:
    """Never be called: `Deliveries` keeps back what aiormq would hand over."""
    raise AssertionError(f"aiormq has read what was delivered as {message.delivery_tag}")
