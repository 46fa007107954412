"""Asks one process over and over on connections that are kept: by hand, since a client library would cost more."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from .verdict import WrongEnd


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


class Connection:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> "Connection":
        """Connect to a process."""
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def ask(self, request: bytes) -> "Answer":
        """Send a request and return its answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = (line.partition(b": ") for line in head.splitlines()[1:-1])
        headers = {name.lower(): value for name, _, value in lines}
        return Answer(int(head[9:12]), headers, await self._reader.readexactly(int(headers.get(b"content-length", 0))))

    def close(self) -> None:
        self._writer.close()


def get(path: str, **headers: str) -> bytes:
    """Write a request that asks for something."""
    return _request("GET", path, headers, b"")


def post(path: str, body: bytes, **headers: str) -> bytes:
    """Write a request that sends JSON."""
    return _request(
        "POST", path, {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}, body
    )


async def per_second(url: str, requests: Sequence[bytes], expected: int, seconds: float) -> float:
    """Ask each of these again and again, each on a connection of its own; return answers a second.

    Raises WrongEnd where an answer has another status.
    """
    connections = [await Connection.to(url) for _ in requests]
    began = time.perf_counter()
    counts = await asyncio.gather(
        *(_ask(one, request, expected, began + seconds) for one, request in zip(connections, requests, strict=True))
    )
    taken = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return sum(counts) / taken


async def _ask(connection: Connection, request: bytes, expected: int, until: float) -> int:
    count = 0
    while time.perf_counter() < until:
        answer = await connection.ask(request)
        if answer.status != expected:
            raise WrongEnd(f"{request.splitlines()[0].decode()} was answered with {answer.status}, not {expected}")
        count += 1
    return count


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
