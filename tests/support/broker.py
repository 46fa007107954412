"""The broker that tests share: its users' addresses, and how it is emptied between tests."""

from dataclasses import dataclass

import aio_pika

from deploy.local.passwords import Passwords
from deploy.local.rabbitmq import BrokerAddress


@dataclass(frozen=True)
class Broker:
    """A running RabbitMQ with our definitions."""

    address: BrokerAddress
    passwords: Passwords
    queues: tuple[str, ...]

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
