"""How soon a service is ready, and what it holds in memory at rest, beside a service that does nothing."""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from deploy.local.errors import patience
from deploy.local.ports import free_ports
from deploy.local.program import Program
from deploy.local.servers import ROOT
from deploy.postgres.roles import SERVICES

from .options import Options
from .ours import our_services
from .report import Result, Row, at_most, progress, under
from .servers import Servers
from .usage import megabytes

EMPTY = "empty service"
LOOK_SECONDS = 0.005
# In each round a service starts so often, and rests before its memory is read the last time.
RESTS = (0, 0, 5)
MOST_TIMES_EMPTY = 1.5
MOST_MEGABYTES = 90

Figures = dict[str, list[float]]


@dataclass(frozen=True)
class Candidate:
    """A service to be started, and where it then answers."""

    name: str
    program: Program
    port: int


@dataclass(frozen=True)
class Start:
    """One start: seconds until it was ready, and megabytes where it was given time to rest."""

    name: str
    seconds: float
    megabytes: float | None


async def measure(servers: Servers, options: Options) -> Result:
    """Start each service alone, again and again, in turn with the empty one."""
    async with our_services(servers) as (services, _):
        ours = [Candidate(name, services.program(name), urlsplit(services.url(name)).port or 0) for name in SERVICES]
        candidates = [_empty(servers), *ours]
        for candidate in candidates:  # so that nothing is compiled or read from disk for the first time
            await _start(candidate, rest=0)
        starts = [await _start(each, rest) for _ in range(options.rounds) for rest in RESTS for each in candidates]
    figures = {each.name: _figures(starts, each.name) for each in candidates}
    return Result(_rows(figures), figures)


def _empty(servers: Servers) -> Candidate:
    (port,) = free_ports(1)
    program = servers.run.program(
        "empty-service",
        [sys.executable, "-m", "bench.empty_service", str(port)],
        working_folder=ROOT,
        environment={"AMQP_URL": servers.amqp_url("meetings"), "QUEUE": "meetings.inbox"},
    )
    return Candidate(EMPTY, program, port)


async def _start(candidate: Candidate, rest: float) -> Start:
    began = time.perf_counter()
    candidate.program.start()
    async with patience(60, lambda: f"{candidate.name} is not ready.\n{candidate.program.last_lines()}"):
        while not await _is_ready(candidate.port):
            candidate.program.ensure_alive()
            await asyncio.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - began
    await asyncio.sleep(rest)
    size = megabytes(candidate.program) if rest else None
    await candidate.program.stop()
    progress(f"start: {candidate.name} ready after {seconds:.2f} s{f', {size:.0f} MB at rest' if size else ''}")
    return Start(candidate.name, seconds, size)


async def _is_ready(port: int) -> bool:
    """Ask by hand: a client library would take longer than the time between two looks."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    try:
        status = await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()
    return b" 200 " in status


def _figures(starts: Sequence[Start], name: str) -> Figures:
    own = [start for start in starts if start.name == name]
    return {
        "seconds": [round(start.seconds, 3) for start in own],
        "megabytes": [round(start.megabytes, 1) for start in own if start.megabytes],
    }


def _rows(figures: Mapping[str, Figures]) -> list[Row]:
    medians = {name: {of: median(found) for of, found in own.items()} for name, own in figures.items()}
    nothing = medians[EMPTY]
    ready, size = at_most(MOST_TIMES_EMPTY), under(MOST_MEGABYTES, "MB")
    return [
        *(Row(f"start of {s}", "s", medians[s]["seconds"], nothing["seconds"], EMPTY, ready) for s in SERVICES),
        *(Row(f"memory of {s}", "MB", medians[s]["megabytes"], nothing["megabytes"], EMPTY, size) for s in SERVICES),
    ]
