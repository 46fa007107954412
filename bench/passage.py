"""How long the messages of `throughput` take through a platform, and what that costs each of its processes."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from deploy.local.program import Program

from .upstream_load import Load
from .usage import cpu_seconds
from .verdict import WrongEnd

SHORTEST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
SILENCE_PAUSE = 0.05
STUCK_SECONDS = 10

TAKEN_IN = "SELECT count(*) FROM membership.upstream_messages"
HEARD = "SELECT least((SELECT count(*) FROM meetings.inbox), (SELECT count(*) FROM notifications.inbox))"
OLDEST = {
    "membership": "SELECT seq FROM membership.outbox ORDER BY seq LIMIT 1",
    "meetings": "SELECT seq FROM meetings.outbox ORDER BY seq LIMIT 1",
}

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@dataclass(frozen=True)
class Passage:
    """One run: seconds until all was taken in, said and heard, and the processor time that each program took."""

    events: int
    taken_in: float
    said: float
    heard: float
    cpu: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Upstream events a second, from when membership begins to consume until all is said and heard."""
        return self.events / max(self.said, self.heard)

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time of all programs together for one upstream event."""
        return 1000 * sum(self.cpu.values()) / self.events


async def clock(pool: Pool, told: Load, watched: Mapping[str, Program]) -> Passage:
    """Wait until all messages are taken in, both outboxes are empty, and both hearers have heard everything."""
    began, before = time.perf_counter(), cpu_seconds(watched)

    async def reached(query: str, wanted: int) -> float:
        await until(pool, query, wanted, watched)
        return time.perf_counter() - began

    async def silent() -> float:
        while [seq for query in OLDEST.values() if (seq := await pool.fetchval(query))]:
            await asyncio.sleep(SILENCE_PAUSE)
        return time.perf_counter() - began

    taken_in = await reached(TAKEN_IN, len(told.messages))
    said, heard = await asyncio.gather(silent(), reached(HEARD, told.events))
    after = cpu_seconds(watched)
    return Passage(len(told.messages), taken_in, said, heard, {name: after[name] - before[name] for name in watched})


async def until(pool: Pool, query: str, wanted: int, watched: Mapping[str, Program]) -> None:
    """Return once a query finds as much as is wanted; raise WrongEnd where it finds no more for long.

    Look seldom while much is missing, often towards the end: looking costs the one that is measured.
    """
    began = changed_at = time.perf_counter()
    first = found = await pool.fetchval(query)
    while found < wanted:
        for program in watched.values():
            program.ensure_alive()
        await asyncio.sleep(_pause(found - first, wanted - found, time.perf_counter() - began))
        before, found = found, await pool.fetchval(query)
        changed_at = time.perf_counter() if found != before else changed_at
        if time.perf_counter() - changed_at > STUCK_SECONDS:
            raise WrongEnd(f"{query}: {found} of {wanted}, and no more within {STUCK_SECONDS} s")


def _pause(done: int, left: int, seconds: float) -> float:
    """Return a quarter of the time that is left at this speed."""
    return min(max(seconds * left / max(done, 1) / 4, SHORTEST_PAUSE), LONGEST_PAUSE)
