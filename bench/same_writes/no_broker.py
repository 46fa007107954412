"""asyncpg with no broker: the same transactions, for what came beforehand."""

from .peer import Peer
from .writing import write

MOST = 500


async def run(peer: Peer) -> None:
    """Write it all, then wait until asked to stop."""
    ids = [message.id for message in peer.messages]
    async with peer.pool.acquire() as conn:
        for start in range(0, len(ids), MOST):
            async with conn.transaction():
                await write(conn, [peer.planned.take(message_id) for message_id in ids[start : start + MOST]])
    await peer.stopped.wait()
