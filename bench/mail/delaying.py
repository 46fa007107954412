"""Puts a server far away: a program between it and whoever connects that holds back all octets, either way.

python -m bench.mail.delaying PORT SERVER_PORT SECONDS: half of the seconds there, half of them back.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvloop

from bench.servers import Servers
from deploy.local.errors import patience
from deploy.local.ports import free_ports
from deploy.local.servers import ROOT, listens

HELD_OCTETS = 65_536
# Of what one side has not taken yet: then the other is not read any further.
MOST_HELD = 256
LOOK_SECONDS = 0.01
LISTENS = "127.0.0.1"


@asynccontextmanager
async def delayed(servers: Servers, port: int, seconds: float) -> AsyncIterator[int]:
    """Lend a port from which a server's answer takes so many seconds; with none it is the server's own."""
    if not seconds:
        yield port
        return
    (far_port,) = free_ports(1)
    command = [sys.executable, "-m", "bench.mail.delaying", str(far_port), str(port), str(seconds)]
    program = servers.run.program(f"delaying-{far_port}", command, working_folder=ROOT)
    program.start()
    try:
        async with patience(10, lambda: f"{program.name} does not start.\n{program.last_lines()}"):
            while not await listens(far_port):
                program.ensure_alive()
                await asyncio.sleep(LOOK_SECONDS)
        yield far_port
    finally:
        await program.stop()


async def serve(port: int, server_port: int, seconds: float) -> None:
    """Pass on whatever comes, late, until killed."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(LISTENS, server_port)
            await asyncio.gather(_pass_on(reader, far_writer, seconds / 2), _pass_on(far_reader, writer, seconds / 2))

    async with await asyncio.start_server(connected, LISTENS, port) as server:
        await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    held: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MOST_HELD)
    clock = asyncio.get_running_loop().time

    async def write() -> None:
        while True:
            due, octets = await held.get()
            await asyncio.sleep(due - clock())
            if not octets:
                return
            writer.write(octets)
            await writer.drain()

    async def read() -> None:
        octets = b"begun"
        while octets:
            octets = await reader.read(HELD_OCTETS)
            await held.put((clock() + seconds, octets))

    try:
        await asyncio.gather(read(), write())
    finally:
        writer.close()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
