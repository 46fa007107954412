"""The far mail server of every trial: Postfix's smtp-sink, which counts what it takes and throws it away."""

import asyncio
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from bench.servers import Servers
from bench.verdict import WrongEnd
from deploy.local.errors import CannotStart, patience
from deploy.local.ports import free_ports
from deploy.local.program import Program
from deploy.local.servers import ROOT, listens

# Where Debian puts them, which is not on everybody's PATH.
FOLDERS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec/postfix"
BACKLOG = 100
# One line of its counters: it writes them over and over.
LINE_OCTETS = 100
LOOK_SECONDS, STUCK_SECONDS = 0.005, 30
_TAKEN = re.compile(rb"mesg=(\d+)\r")


class FarServer:
    """A running smtp-sink."""

    def __init__(self, program: Program, port: int, counters: Path) -> None:
        self.program = program
        self.port = port
        self._counters = counters

    @property
    def url(self) -> str:
        """Return the address for SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def taken(self) -> int:
        """Return how many messages it has taken so far."""
        with self._counters.open("rb") as counters:
            counters.seek(max(0, counters.seek(0, os.SEEK_END) - LINE_OCTETS))
            found = _TAKEN.findall(counters.read())
        return int(found[-1]) if found else 0

    async def until(self, wanted: int, ensure_alive: Callable[[], None]) -> None:
        """Return once it has taken so many; raise WrongEnd where it takes no more for long."""
        taken, changed_at = self.taken(), time.perf_counter()
        while taken < wanted:
            ensure_alive()
            await asyncio.sleep(LOOK_SECONDS)
            before, taken = taken, self.taken()
            changed_at = time.perf_counter() if taken != before else changed_at
            if time.perf_counter() - changed_at > STUCK_SECONDS:
                raise WrongEnd(f"the far server has {taken} of {wanted} messages, and no more for {STUCK_SECONDS} s")


@asynccontextmanager
async def far_server(servers: Servers) -> AsyncIterator[FarServer]:
    """Run one on a free port of 127.0.0.1, counting from nought."""
    (port,) = free_ports(1)
    name = f"smtp-sink-{uuid4().hex[:8]}"
    counters = servers.run.folder / f"{name}.counters"
    # Postfix refuses to run it as root.
    somebody = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [tool("smtp-sink"), *somebody, "-c", f"127.0.0.1:{port}", str(BACKLOG)]
    program = servers.run.program(name, command, working_folder=ROOT, output=counters)
    program.start()
    try:
        async with patience(10, lambda: f"smtp-sink does not start.\n{program.last_lines()}"):
            while not await listens(port):
                program.ensure_alive()
                await asyncio.sleep(LOOK_SECONDS)
        yield FarServer(program, port, counters)
    finally:
        await program.stop()
        counters.unlink()


def tool(name: str) -> str:
    """Return where one of Postfix's test programs is; raise CannotStart where it is missing."""
    found = shutil.which(name, path=FOLDERS)
    if found is None:
        raise CannotStart(
            f"{name} is missing, which comes with Postfix. On Debian, as root: "
            "apt-get install --no-install-recommends postfix (its daemon is not needed)."
        )
    return found
