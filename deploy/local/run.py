"""One run and its private folder: who holds it, what was started in it, and how a run that crashed is cleaned up."""

import asyncio
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psutil

from .errors import CannotStart
from .program import MARK, Identity, Program

LOCK = "lock"
ELSEWHERE = "elsewhere"


class Run:
    """A folder that we hold, and the programs that were started in it, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs: dict[str, Program] = {}

    def program(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        working_folder: Path,
        environment: Mapping[str, str] | None = None,
        identity: Identity | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        output: Path | None = None,
    ) -> Program:
        """Make a program of this run, to be started by the caller; its log is `logs/<name>.log`."""
        program = Program(
            name=name,
            command=command,
            run_folder=self.folder,
            log=self.folder / "logs" / f"{name}.log",
            working_folder=working_folder,
            environment=environment or {},
            identity=identity,
            stop_signal=stop_signal,
            output=output,
        )
        self.programs[name] = program
        return program

    def folder_elsewhere(self) -> Path:
        """Make a folder that others may enter even where the way to ours is closed to them; it goes when ours goes."""
        elsewhere = Path(tempfile.mkdtemp(prefix="handelsbyer-"))
        elsewhere.chmod(0o711)
        (self.folder / ELSEWHERE).symlink_to(elsewhere)
        return elsewhere

    async def watch(self) -> None:
        """Wait, for ever if need be, until one of the programs ends though nobody asked it to; raises CannotStart."""
        while True:
            for program in self.programs.values():
                program.ensure_alive()
            await asyncio.sleep(0.2)

    async def stop(self) -> None:
        """Stop every program that still runs."""
        await asyncio.gather(*(program.stop() for program in self.programs.values()))


@asynccontextmanager
async def claimed(folder: Path, *, keep: Collection[str] = ()) -> AsyncIterator[Run]:
    """Hold a folder, emptied, for as long as the block lasts; on the way out nothing started in it stays alive.

    Names in `keep` are of folders within that stay as they are.
    What a crashed run left behind is ended first. Raises CannotStart where another run holds the folder, or where it
    holds files that are not ours.
    """
    folder = folder.resolve()
    with _lock(folder):
        _clean(folder, keep)
        (folder / "logs").mkdir(mode=0o700)
        run = Run(folder)
        try:
            yield run
        finally:
            try:
                await run.stop()
            finally:
                end_leftovers(folder)
                _remove_elsewhere(folder)


def sweep(parent: Path, pattern: str) -> None:
    """Remove our folders of crashed runs that match the pattern; the folders of living runs are left alone."""
    for lock in parent.glob(f"{pattern}/{LOCK}"):
        with suppress(CannotStart), _lock(lock.parent):
            _clean(lock.parent)
            shutil.rmtree(lock.parent, ignore_errors=True)


def end_leftovers(folder: Path) -> None:
    """Kill every process that was started in this folder, whoever its parent is by now."""
    for _ in range(5):  # more than once: one that was not seen may have started another in the meantime
        started_here = [process for process in psutil.process_iter() if _mark(process) == str(folder)]
        for process in started_here:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(started_here, timeout=10)
        if not started_here:
            return


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise CannotStart(f"{folder} belongs to another user, whose run it was; have it removed first.")
    if any(folder.iterdir()) and not (folder / LOCK).exists():
        raise CannotStart(f"{folder} holds files that no run of ours put there; move it away, or name another folder.")
    # Others may pass through, for Postgres runs as nobody where we are root; what lies within is closed on its own.
    folder.chmod(0o711)
    with (folder / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(f"{folder} is in use by process {lock.read().strip()}; stop that one first.") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _clean(folder: Path, keep: Collection[str] = ()) -> None:
    end_leftovers(folder)
    _remove_elsewhere(folder)
    for entry in folder.iterdir():
        if entry.name in {LOCK, *keep}:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _remove_elsewhere(folder: Path) -> None:
    link = folder / ELSEWHERE
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()
