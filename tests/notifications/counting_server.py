"""A far server that is quick, takes everything, and notes what it took before it says so."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

END = b"\r\n.\r\n"
MESSAGE_ID = b"\r\nMessage-ID: "
DATE = b"\r\nDate: "


class CountingServer:
    """How often each e-mail was taken; an e-mail is its Message-ID and its Date."""

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()
        self.port = 0

    @property
    def total(self) -> int:
        """How many were taken, repetitions included."""
        return self.taken.total()

    def has_taken(self, least: int) -> bool:
        """Say whether so many were taken by now."""
        return self.total >= least

    def take(self, message: bytes) -> None:
        """Note an e-mail."""
        self.taken[_header(message, MESSAGE_ID), _header(message, DATE)] += 1


def _header(message: bytes, name: bytes) -> str:
    return (b"\r\n" + message).partition(name)[2].partition(b"\r\n")[0].decode()


class _Session(asyncio.Protocol):
    """One connection: commands may come many at a time, and each is answered in turn."""

    def __init__(self, server: CountingServer) -> None:
        self._server = server
        self._received = b""
        self._in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by its class
        self._transport.write(b"220 far.example\r\n")

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            content, mark, rest = self._received.partition(END if self._in_message else b"\r\n")
            if not mark:
                return
            self._received = rest
            self._transport.write(self._take(content) if self._in_message else self._obey(content))

    def _take(self, message: bytes) -> bytes:
        self._in_message = False
        self._server.take(message)
        return b"250 2.0.0 taken\r\n"

    def _obey(self, line: bytes) -> bytes:
        self._in_message = line.upper() == b"DATA"
        if self._in_message:
            return b"354 go on\r\n"
        return b"250-far.example\r\n250 PIPELINING\r\n" if line[:4].upper() == b"EHLO" else b"250 fine\r\n"


@asynccontextmanager
async def counting_server() -> AsyncIterator[CountingServer]:
    """Run one on a free port of this machine."""
    counting = CountingServer()
    server = await asyncio.get_running_loop().create_server(lambda: _Session(counting), "127.0.0.1", 0)
    counting.port = server.sockets[0].getsockname()[1]
    try:
        yield counting
    finally:
        server.close()
