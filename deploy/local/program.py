"""One program that we started, in a session of its own, so that it ends with all its children."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from .errors import CannotStart

# Every program that we start carries this variable, with the folder of its run as the value, and so do its children.
MARK = "HANDELSBYER_RUN_FOLDER"
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True)
class Identity:
    """The user that a program runs as, where that is not us."""

    user: int
    group: int


@dataclass
class Program:
    """A command with its environment and its log; it can be started, stopped, killed and started again.

    What it writes to its standard output is found in `output`, where that is not to stand in the log.
    """

    name: str
    command: Sequence[str | Path]
    run_folder: Path
    log: Path
    working_folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    output: Path | None = None
    _running: subprocess.Popen[bytes] | None = None
    _may_end: bool = True

    def start(self) -> None:
        """Start it with a clean environment; its output is appended to its log."""
        who = self.identity
        with self.log.open("ab") as log, (self.output or self.log).open("ab") as output:
            self._running = subprocess.Popen(
                self.command,
                cwd=self.working_folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,
                user=who.user if who else None,
                group=who.group if who else None,
                extra_groups=[] if who else None,
            )
        self._may_end = False

    @property
    def pid(self) -> int | None:
        """Return the id of its process, or None where it was never started."""
        return self._running.pid if self._running else None

    @property
    def status(self) -> int | None:
        """Return None while it runs, then its exit status (negative: the signal that ended it)."""
        return self._running.poll() if self._running else None

    def ensure_alive(self) -> None:
        """Raise CannotStart, with the end of its log, where it has ended though nobody asked it to."""
        if self.status is not None and not self._may_end:
            raise CannotStart(f"{self.name} ended with status {self.status}. Its last lines:\n{self.last_lines()}")

    async def finish(self) -> None:
        """Wait until it ends by itself; raises CannotStart where it fails."""
        await self._end()
        self._may_end = self.status == 0
        self.ensure_alive()

    async def stop(self, within: float = 10, *, ask: signal.Signals | None = None) -> None:
        """Ask it to end, with its usual signal or another, and wait for so many seconds at most; then it is killed."""
        self._may_end = True
        if self._running and self.status is None:
            self._running.send_signal(ask or self.stop_signal)
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._end()
        self.kill()

    def kill(self) -> None:
        """Kill it and its children at once, also those in sessions of their own, and wait until they are gone."""
        self._may_end = True
        if self._running and self.status is None:
            family = self._family()
            os.killpg(self._running.pid, signal.SIGKILL)
            _each(family, psutil.Process.kill)
            self._running.wait()
            _wait_for_the_end_of(family)

    def pause(self) -> None:
        """Hold it and its children still, as a machine does that is out of memory or out of breath."""
        _each(self._family(), psutil.Process.suspend)

    def resume(self) -> None:
        """Let it and its children go on after a pause."""
        _each(self._family(), psutil.Process.resume)

    def last_lines(self, count: int = 20) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def _family(self) -> list[psutil.Process]:
        """Return its process and all that descend from it."""
        if self._running is None or self.status is not None:
            return []
        process = psutil.Process(self._running.pid)
        return [process, *process.children(recursive=True)]

    async def _end(self) -> None:
        while self._running and self.status is None:
            await asyncio.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {**inherited, **self.environment, MARK: str(self.run_folder)}


def _each(processes: Sequence[psutil.Process], act: Callable[[psutil.Process], None]) -> None:
    """Do something to every process that is still there."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            act(process)


def _wait_for_the_end_of(processes: Sequence[psutil.Process]) -> None:
    """Return once none holds anything any more, for some seconds at most; one that nobody has reaped holds nothing."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(_is_alive(process) for process in processes):
        time.sleep(0.01)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
