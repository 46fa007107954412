"""One peer of `intake`: `python -m bench.same_writes PEER EVENTS`, which begins once it knows what it is to write.

DATABASE_URL and AMQP_URL are read from the environment.
"""

import asyncio
import gc
import os
import signal
import sys

import asyncpg
import uvloop

from bench.intake.load import ONE_IN_A_HUNDRED, load
from shared.messaging import topology

from . import batches, no_broker, one_by_one
from .peer import Peer
from .plan import Planned

CONNECTIONS = 8
PEERS = {"one_by_one": one_by_one.run, "batches": batches.run, "no_broker": no_broker.run}


async def main(name: str, events: int) -> None:
    """Run until asked to stop; nothing that was planned is looked through for garbage again and again."""
    told = load(events, ONE_IN_A_HUNDRED)
    planned = Planned(told)
    gc.freeze()
    queue = topology.inbox("membership")
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        peer = Peer(os.environ["AMQP_URL"], queue, pool, told.messages, planned)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, peer.stopped.set)
        await PEERS[name](peer)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
