"""One service of the straightforward platform: `python -m bench.straightforward SERVICE`.

DATABASE_URL and AMQP_URL are read from the environment.
"""

import asyncio
import os
import signal
import sys

import asyncpg
import uvloop
from faststream.rabbit import Channel, RabbitBroker

from . import meetings, membership, notifications
from .relay import Relay

CONNECTIONS = 8
SUBSCRIBE = {
    "membership": membership.subscribe,
    "meetings": meetings.subscribe,
    "notifications": notifications.subscribe,
}


async def main(service: str) -> None:
    """Run until asked to stop; membership alone has something to say."""
    database_url, amqp_url = os.environ["DATABASE_URL"], os.environ["AMQP_URL"]
    broker = RabbitBroker(
        amqp_url, default_channel=Channel(publisher_confirms=True, on_return_raises=True), logger=None
    )
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with asyncpg.create_pool(database_url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool, broker:
        relay = Relay(broker, database_url)
        SUBSCRIBE[service](broker, pool, relay.wake)
        await broker.start()
        speaking = asyncio.create_task(relay.run()) if service == "membership" else None
        await stopped.wait()
        if speaking:
            speaking.cancel()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
