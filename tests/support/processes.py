"""What runs on this machine because of a run, and where it listens; seen from outside the code under test."""

from collections.abc import Collection
from pathlib import Path

import psutil

from deploy.local.program import MARK


def started_in(folder: Path) -> list[int]:
    """List the ids of the processes that say in their environment that they belong to a run's folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(folder.resolve()):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def listening(processes: Collection[int]) -> set[tuple[str, int]]:
    """Return the addresses and ports on which any of the processes listens."""
    return {
        (connection.laddr.ip, connection.laddr.port)
        for connection in psutil.net_connections("inet")
        if connection.laddr and connection.status == psutil.CONN_LISTEN and connection.pid in processes
    }
