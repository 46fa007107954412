"""The limit of `latency`: the same steps with nothing around them, one after another, timed again and again.

python -m bench.bare_steps CONFIGURATION: a JSON file that says where everything is; `output` is where the times go.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import aio_pika
import asyncpg
import uvloop
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

QUEUES = ("bench.first", "bench.second", "bench.third")
TABLE = "CREATE TABLE IF NOT EXISTS bare_steps (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)"
COMMIT = "INSERT INTO bare_steps (body) VALUES ($1)"
RECIPIENT = "nobody@bench.example"


@dataclass(frozen=True)
class Configuration:
    """Where everything is, how many samples, the shortest and longest pause between them in seconds, and sizes."""

    amqp_url: str
    database_url: str
    smtp_port: int
    key: str
    samples: int
    pause: tuple[float, float]
    event_octets: int
    mail_octets: int
    output: str

    def write(self, path: Path) -> None:
        """Keep it where only its owner reads it."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)))


class Hop:
    """A quorum queue with nothing before or behind it."""

    def __init__(self, exchange: AbstractExchange, queue: str) -> None:
        self._exchange = exchange
        self._queue = queue
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self.arrive = self._arrived.put

    async def cross(self, body: bytes) -> AbstractIncomingMessage:
        """Publish, wait for the confirm, and return the message as it comes out."""
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await self._exchange.publish(message, self._queue)
        return await self._arrived.get()


class Mail:
    """One SMTP connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def begin(self) -> None:
        """Read the greeting and say hello."""
        await self._reader.readline()
        await self._command(b"EHLO bench\r\n")

    async def send(self, message: bytes) -> None:
        """Hand one message over."""
        await self._command(b"MAIL FROM:<bench@bench.example>\r\n")
        await self._command(f"RCPT TO:<{RECIPIENT}>\r\n".encode())
        await self._command(b"DATA\r\n")
        await self._command(message + b"\r\n.\r\n")

    async def _command(self, octets: bytes) -> None:
        self._writer.write(octets)
        await self._reader.readline()


@dataclass(frozen=True)
class Steps:
    """Everything that a sample needs, opened before the clock runs."""

    hops: tuple[Hop, ...]
    conn: "asyncpg.Connection[asyncpg.Record]"
    key: RSAPrivateKey
    mail: Mail
    event: bytes
    message: bytes

    async def take(self) -> float:
        """Take all steps once, and return the seconds."""
        began = time.perf_counter()
        for hop in self.hops:
            message = await hop.cross(self.event)
            await self.conn.execute(COMMIT, self.event)
            await message.ack()
        await self.conn.execute(COMMIT, self.event)  # a sender takes the e-mail
        self.key.sign(self.message, padding.PKCS1v15(), hashes.SHA256())
        await self.mail.send(self.message)
        return time.perf_counter() - began


async def main(configuration: Configuration) -> list[float]:
    """Take the samples, each after a pause, and return the seconds."""
    key = load_pem_private_key(configuration.key.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("no RSA key")
    conn = await asyncpg.connect(configuration.database_url)
    await conn.execute(TABLE)
    mail = Mail(*await asyncio.open_connection("127.0.0.1", configuration.smtp_port))
    await mail.begin()
    async with await aio_pika.connect(configuration.amqp_url) as connection:
        hops = await _hops(connection)
        steps = Steps(hops, conn, key, mail, b"e" * configuration.event_octets, _lines(configuration.mail_octets))
        await steps.take()
        taken = []
        for _ in range(configuration.samples):
            await asyncio.sleep(random.uniform(*configuration.pause))
            taken.append(await steps.take())
    await conn.close()
    return taken


async def _hops(connection: aio_pika.abc.AbstractConnection) -> tuple[Hop, ...]:
    """Publish and consume over one channel each, as a service does."""
    publishing, consuming = await connection.channel(publisher_confirms=True), await connection.channel()
    hops = []
    for name in QUEUES:
        queue = await consuming.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
        hop = Hop(publishing.default_exchange, name)
        await queue.consume(hop.arrive)
        hops.append(hop)
    return tuple(hops)


def _lines(size: int) -> bytes:
    return b"\r\n".join([b"m" * 74] * (size // 76))


if __name__ == "__main__":
    asked = Configuration(**json.loads(Path(sys.argv[1]).read_text()))
    Path(asked.output).write_text(json.dumps(uvloop.run(main(asked))))
