"""A far mail server that takes every e-mail and notes when, for whom, and what it was."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

END = b"\r\n.\r\n"
INVITATION = b"method=REQUEST"
SIGNATURE = b"DKIM-Signature:"


@dataclass(frozen=True)
class Arrival:
    """One e-mail; `at` is when its final dot was answered, by `time.perf_counter`."""

    at: float
    is_invitation: bool
    is_signed: bool
    size: int


class Sink:
    """What has arrived, by address."""

    def __init__(self) -> None:
        self.arrivals: defaultdict[str, list[Arrival]] = defaultdict(list)
        self.port = 0
        self._arrived = asyncio.Event()

    @property
    def url(self) -> str:
        """Return the address for SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def take(self, recipient: str, content: bytes) -> None:
        """Note an e-mail."""
        at = time.perf_counter()
        found = Arrival(at, INVITATION in content, content.startswith(SIGNATURE), len(content))
        self.arrivals[recipient].append(found)
        self._arrived.set()

    async def until(self, recipient: str, count: int) -> list[Arrival]:
        """Wait until so many e-mails have come for a recipient, and return them."""
        while len(self.arrivals[recipient]) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return self.arrivals[recipient]


class _Session(asyncio.Protocol):
    """One connection: commands line by line, each answered at once, and between DATA and the final dot an e-mail."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._received = b""
        self._in_data = False
        self._recipient = ""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by its class
        self._answer(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            content, mark, rest = self._received.partition(END if self._in_data else b"\r\n")
            if not mark:
                return
            self._received = rest
            if self._in_data:
                self._finish(content)
            else:
                self._obey(content)

    def _finish(self, content: bytes) -> None:
        self._in_data = False
        self._answer(b"250 taken")
        self._sink.take(self._recipient, content)

    def _obey(self, line: bytes) -> None:
        command = line[:4].upper()
        if command == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
        self._in_data = command == b"DATA"
        self._answer(b"354 go on" if self._in_data else b"221 bye" if command == b"QUIT" else b"250 sink")

    def _answer(self, line: bytes) -> None:
        if self._transport:
            self._transport.write(line + b"\r\n")


@asynccontextmanager
async def running_sink() -> AsyncIterator[Sink]:
    """Run a sink on a free port of 127.0.0.1."""
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(lambda: _Session(sink), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    async with server:
        yield sink
