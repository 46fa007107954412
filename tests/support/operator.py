"""The operator's command for systems, run as a program of its own, and cut off where a test wants it to be."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from deploy.local.servers import ROOT

CHANGES = ("POST", "DELETE")

Cut = Callable[[], Awaitable[None]]


class Told(NamedTuple):
    """How the command ended: its status, and what it wrote to its standard output and error."""

    status: int
    output: str
    error: str


@dataclass
class Operator:
    """Runs the command with administrators' addresses."""

    management_url: str
    owner_url: str
    _running: asyncio.subprocess.Process | None = None

    async def systems(self, *arguments: str) -> Told:
        """Run one act to its end."""
        self._running = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "services.membership", "systems", *arguments),
            cwd=ROOT,
            env={
                **os.environ,
                "BROKER_MANAGEMENT_URL": self.management_url,
                "DATABASE_OWNER_URL": self.owner_url,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, error = await self._running.communicate()
        return Told(self._running.returncode or 0, output.decode().strip(), error.decode().strip())

    async def kill(self) -> None:
        """End the act that runs, at once."""
        assert self._running
        self._running.kill()
        await self._running.wait()


@asynccontextmanager
async def cut(management_url: str, *, before: Cut | None = None, after: Cut | None = None) -> AsyncIterator[str]:
    """Lend the address of a management API that calls back before, or after, each change it passes on.

    What was called back before is not passed on any more.
    """
    server = urlsplit(management_url)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        request = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + body
        changes = head.decode().startswith(CHANGES)
        if before and changes:
            await before()
        else:
            answer = await _answered(server.hostname or "", server.port or 0, request)
            if after and changes:
                await after()
            writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield server._replace(netloc=f"{server.netloc.rpartition('@')[0]}@127.0.0.1:{port}").geturl()
    finally:
        listening.close()
        await listening.wait_closed()


async def _answered(host: str, port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer
