"""A broker for tests: its users' addresses, how it is emptied between tests, and how it is taken away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aio_pika
from aio_pika import Connection
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError
from yarl import URL

from deploy.local.errors import patience
from deploy.local.passwords import Passwords
from deploy.local.rabbitmq import BrokerAddress
from tests.support.victims import Victim


@dataclass(frozen=True)
class Broker:
    """A running RabbitMQ with our definitions."""

    address: BrokerAddress
    passwords: Passwords
    queues: tuple[str, ...]
    server: Victim

    def url(self, user: str) -> str:
        """Return the address with which this user logs in."""
        return self.address.url(user, self.passwords.of_user(user))

    async def purge(self) -> None:
        """Remove the messages that wait in any queue."""
        async with await aio_pika.connect(self.url("operator")) as connection:
            channel = await connection.channel()
            for name in self.queues:
                await (await channel.get_queue(name, ensure=False)).purge()

    async def waiting(self, queue: str) -> int:
        """Count the messages that wait in a queue, without those that somebody took and has not acknowledged."""
        async with await aio_pika.connect(self.url("operator")) as connection:
            channel = await connection.channel()
            declared = await channel.get_queue(queue)
            return declared.declaration_result.message_count or 0


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AbstractConnection]:
    """Lend a connection to a broker that may be away; unlike the library, close also what could not be opened."""
    connection = Connection(URL(url))
    try:
        await connection.connect()
        yield connection
    finally:
        await connection.close()


async def until_rabbitmq_answers(url: str, queues: Sequence[str]) -> None:
    """Wait until a broker that was started again takes connections and has its queues."""
    async with patience(90, lambda: "RabbitMQ did not answer within 90 s."):
        while True:
            try:
                await _look_at(url, queues)
            except (AMQPError, OSError, TimeoutError):
                await asyncio.sleep(0.1)
            else:
                return


async def _look_at(url: str, queues: Sequence[str]) -> None:
    async with asyncio.timeout(5), connected(url) as connection:
        channel = await connection.channel()
        for name in queues:
            await channel.get_queue(name)
