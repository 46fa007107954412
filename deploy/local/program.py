"""One program that we started, in a session of its own, so that it ends with all its children."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .errors import CannotStart
from .run_folder import MARK

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Identity:
    """The user that a program runs as, where that is not us."""

    user: int
    group: int


@dataclass
class Program:
    """A command with its environment and its log; it can be started, stopped, killed and started again."""

    name: str
    command: Sequence[str | Path]
    run_folder: Path
    log: Path
    working_folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    _running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it with a clean environment; its output is appended to its log."""
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        who = self.identity
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.command,
                cwd=self.working_folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=who.user if who else None,
                group=who.group if who else None,
                extra_groups=[] if who else None,
            )

    @property
    def pid(self) -> int:
        """Return the process id; only a program that was started has one."""
        return self._started().pid

    @property
    def status(self) -> int | None:
        """Return None while it runs, then its exit status (negative: the signal that ended it)."""
        return self._started().poll()

    async def stop(self, within: float = 10) -> None:
        """Ask it to end and wait, for so many seconds at most; what is left of it then is killed."""
        if self._running is None:
            return
        if self.status is None:
            self._running.send_signal(self.stop_signal)
            await self._wait(within)
        self.kill()

    def kill(self) -> None:
        """Kill it and its children at once."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._running.wait()

    def last_lines(self, count: int = 20) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def ensure_alive(self) -> None:
        """Raise CannotStart, with the end of the log, where it has ended by itself."""
        if self.status is not None:
            raise CannotStart(f"{self.name} ended with status {self.status}. Its last lines:\n{self.last_lines()}")

    async def _wait(self, within: float) -> None:
        deadline = asyncio.get_running_loop().time() + within
        while self.status is None and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {**inherited, **self.environment, MARK: str(self.run_folder)}

    def _started(self) -> subprocess.Popen[bytes]:
        if self._running is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._running
