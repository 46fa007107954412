"""The private folder of one run: who holds it, what was started from it, and how a run that crashed is cleaned up."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from .errors import CannotStart

# Every program that we start carries this variable, with the folder of its run as the value, and so do its children.
MARK = "HANDELSBYER_RUN_FOLDER"
LOCK = "lock"


@contextmanager
def claimed(folder: Path) -> Iterator[Path]:
    """Hold a folder, emptied, for as long as the block lasts; on the way out nothing started from it stays alive.

    What a crashed run left behind is ended first. Raises CannotStart where another run holds the folder, or where it
    holds files that are not ours.
    """
    folder = folder.resolve()
    with _lock(folder):
        end_leftovers(folder)
        _empty(folder)
        try:
            yield folder
        finally:
            end_leftovers(folder)


def sweep(parent: Path, pattern: str) -> None:
    """Remove our folders of crashed runs that match the pattern; the folders of living runs are left alone."""
    for lock in parent.glob(f"{pattern}/{LOCK}"):
        if lock.stat().st_uid != os.geteuid():
            continue
        with suppress(CannotStart), claimed(lock.parent):
            shutil.rmtree(lock.parent, ignore_errors=True)


def end_leftovers(folder: Path) -> None:
    """Kill every process that was started from this folder, whoever its parent is by now."""
    started_here = [process for process in psutil.process_iter() if _mark(process) == str(folder)]
    for process in started_here:
        process.kill()
    psutil.wait_procs(started_here, timeout=10)


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LOCK).exists():
        raise CannotStart(f"{folder} holds files that no run of ours put there; name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
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


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
