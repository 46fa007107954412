"""FastStream, one transaction a message."""

import asyncio
from collections import defaultdict

from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage

from .peer import Peer
from .writing import write

PREFETCH = 100


async def run(peer: Peer) -> None:
    """Take in what comes, many at the same time, but for those about one organisation, until asked to stop."""
    turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    broker = RabbitBroker(peer.amqp_url, logger=None)

    @broker.subscriber(
        RabbitQueue(peer.queue, declare=False),
        channel=Channel(prefetch_count=PREFETCH),
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def on_report(message: RabbitMessage) -> None:
        message_id = peer.read(message.headers, message.body)
        async with turns[peer.planned.about[message_id]]:
            async with peer.pool.acquire() as conn, conn.transaction():
                await write(conn, [peer.planned.next(message_id)])
            peer.planned.done(message_id)

    async with broker:
        await broker.start()
        await peer.stopped.wait()
