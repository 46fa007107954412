"""What programs take of the machine: seconds of processor time, and memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import psutil

from deploy.local.program import Program

MEGABYTE = 1024 * 1024


def cpu_seconds(programs: Mapping[str, Program]) -> dict[str, float]:
    """Return the processor time that each program has taken so far, its children's included, living and dead."""
    return {name: sum(map(_own_seconds, _processes(program))) for name, program in programs.items()}


def megabytes(program: Program) -> float:
    """Return the memory that a program holds (RSS), its children's included."""
    return sum(process.memory_info().rss for process in _processes(program)) / MEGABYTE


@asynccontextmanager
async def sampled(programs: Sequence[Program], memory: list[float], *, every: float) -> AsyncIterator[None]:
    """Note the memory (MB) that some programs hold together, again after so many seconds."""
    processes = [psutil.Process(program.pid) for program in programs]

    async def sample() -> None:
        while True:
            memory.append(sum(process.memory_info().rss for process in processes) / MEGABYTE)
            await asyncio.sleep(every)

    sampling = asyncio.create_task(sample())
    try:
        yield
    finally:
        sampling.cancel()


def _processes(program: Program) -> list[psutil.Process]:
    parent = psutil.Process(program.pid)
    return [parent, *parent.children(recursive=True)]


def _own_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
