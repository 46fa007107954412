"""Whether a database was restored from a backup: what a volume remembers beside what the database knows."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

ALIVE = timedelta(minutes=1)
SUFFIX = ".beats"
WIDTH = 20


@dataclass(frozen=True, slots=True)
class Known:
    """A sender as the database knows it."""

    name: str
    volume: UUID
    beats: int
    seen_at: datetime


def is_restored(sender: str, known: Sequence[Known], volume: UUID, remembered: int | None, now: datetime) -> bool:
    """Tell from all senders that a database knows, and what is remembered of one of them, whether it is an older one.

    Where it cannot be told, because the sender's volume is a fresh one, it is taken to be.
    """
    mine = next((each for each in known if each.name == sender), None)
    if mine:
        return mine.volume != volume or (remembered or 0) > mine.beats
    if remembered is not None:
        return True
    return bool(known) and not any(each.volume == volume or each.seen_at > now - ALIVE for each in known)


class Memory:
    """What a volume remembers of one sender: how often it had recorded something. The database is always told first."""

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder = folder
        self._path = folder / f"{stem}{SUFFIX}"
        self._file: int | None = None
        self._beats = 0

    def read(self) -> tuple[UUID, int | None]:
        """Return the volume's own id, which it is given where it has none, and what it remembers of the sender."""
        volume = self._folder / "volume"
        if not volume.exists():
            _write_whole(volume, f"{uuid4()}\n")
        # It is empty where the power went before it was first on the disk.
        written = self._path.read_text().strip() if self._path.exists() else ""
        return UUID(volume.read_text().strip()), int(written) if written.isdecimal() else None

    def keep(self, beats: int) -> None:
        """Remember what the database has committed."""
        if beats <= self._beats:
            return
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(self._file, f"{beats:0{WIDTH}d}\n".encode(), 0)
        self._beats = beats

    def close(self) -> None:
        """Remember no more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _write_whole(path: Path, text: str) -> None:
    """Write a file, unless another has by now; it is never seen half written, not even after a power cut."""
    unfinished = path.with_name(f"{path.name}.{uuid4()}")
    with unfinished.open("x") as fresh:
        fresh.write(text)
        fresh.flush()
        os.fsync(fresh.fileno())
    with suppress(FileExistsError):
        os.link(unfinished, path)
    unfinished.unlink()
