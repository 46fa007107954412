"""aio-pika, many messages in one transaction."""

import asyncio

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from .peer import Peer
from .writing import write

MOST = 500
GATHER_SECONDS = 0.005


async def run(peer: Peer) -> None:
    """Take in what comes, a group while the next one gathers, until asked to stop."""
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    async with await aio_pika.connect(peer.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=2 * MOST)
        queue = await channel.get_queue(peer.queue, ensure=False)
        await queue.consume(arrived.put)
        taking_in = asyncio.create_task(_take_in(peer, arrived))
        await peer.stopped.wait()
        taking_in.cancel()


async def _take_in(peer: Peer, arrived: asyncio.Queue[AbstractIncomingMessage]) -> None:
    while True:
        group = [await arrived.get()]
        if arrived.qsize() < MOST - 1:
            await asyncio.sleep(GATHER_SECONDS)
        while len(group) < MOST and not arrived.empty():
            group.append(arrived.get_nowait())
        writes = [peer.planned.take(peer.read(message.headers, message.body)) for message in group]
        async with peer.pool.acquire() as conn, conn.transaction():
            await write(conn, writes)
        await group[-1].ack(multiple=True)
