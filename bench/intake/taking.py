"""How long a load is in being taken in, what that costs each process, and how much memory they hold meanwhile."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.passage import Pool, until
from bench.usage import cpu_seconds, sampled
from deploy.local.program import Program

from .load import Load

SAMPLE_SECONDS = 0.1

# The newest line tells how many there are, and is found at once; what comes again is only answered.
TAKEN_IN = "SELECT coalesce((SELECT seq FROM membership.upstream_messages ORDER BY seq DESC LIMIT 1), 0)"
ANSWERED = "SELECT count(*) FROM membership.outbox WHERE exchange = 'upstream.answers'"


@dataclass(frozen=True)
class Taking:
    """One run: the seconds, the processor time of each program, and the memory (MB) of those that took in.

    `passed_on`: the further seconds until both other services had heard everything, where they were to.
    """

    events: int
    seconds: float
    cpu: Mapping[str, float]
    memory: Sequence[float]
    passed_on: float | None = None

    @property
    def rate(self) -> float:
        """Events a second; what is published twice is one event."""
        return self.events / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time of all programs together for one event."""
        return 1000 * sum(self.cpu.values()) / self.events

    def memory_in_third(self, third: int) -> float:
        """Return the median over one third of the run, counted from nought."""
        size = max(1, len(self.memory) // 3)
        return median(self.memory[third * size : (third + 1) * size])


async def clock(pool: Pool, load: Load, takers: Sequence[Program], watched: Mapping[str, Program]) -> Taking:
    """Wait until every message is answered, which is written with all that follows from it."""
    memory: list[float] = []
    began, before = time.perf_counter(), cpu_seconds(watched)
    async with sampled(takers, memory, every=SAMPLE_SECONDS):
        await until(pool, TAKEN_IN, len(load.right), watched)
        await until(pool, ANSWERED, len(load.messages), watched)
    seconds, after = time.perf_counter() - began, cpu_seconds(watched)
    return Taking(load.events, seconds, {name: after[name] - before[name] for name in watched}, memory)
