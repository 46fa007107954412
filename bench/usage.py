"""What programs take of the machine: seconds of processor time, and memory."""

from collections.abc import Mapping

import psutil

from deploy.local.program import Program

MEGABYTE = 1024 * 1024


def cpu_seconds(programs: Mapping[str, Program]) -> dict[str, float]:
    """Return the processor time that each program has taken so far, its children's included, living and dead."""
    return {name: sum(map(_own_seconds, _processes(program))) for name, program in programs.items()}


def megabytes(program: Program) -> float:
    """Return the memory that a program holds (RSS), its children's included."""
    return sum(process.memory_info().rss for process in _processes(program)) / MEGABYTE


def _processes(program: Program) -> list[psutil.Process]:
    parent = psutil.Process(program.pid)
    return [parent, *parent.children(recursive=True)]


def _own_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
