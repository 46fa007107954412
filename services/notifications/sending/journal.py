"""The reply journal: a line in a file for each e-mail that the far server has taken, until the database knows it too.

It is written the moment a reply is read, before anything else is done, so that it outlives a process that is killed.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from urllib.parse import quote

from shared import logs
from shared.errors import Trouble

log = logs.get(__name__)

SUFFIX = ".journal"
# A file that holds as much is followed by another, and removed once the database knows all of it.
FULL_OCTETS = 1_000_000
NO_FILE = -1
_LINE = re.compile(rb"(\d{1,18}) (<[\x21-\x7e]+>) (\d{1,11}\.\d+) ([^\0]*)")


class NotWritable(Trouble):
    """Without a journal a crash repeats what was taken in the moments before it: so nothing is mailed."""

    def __init__(self, folder: Path, why: OSError) -> None:
        super().__init__(f"the journal's folder {folder} cannot be used ({why.strerror}): set JOURNAL_DIR")


@dataclass(frozen=True, slots=True)
class Taken:
    """An e-mail that the far server has taken; ids may be given anew in a restored database, the Message-ID is not."""

    email_id: int
    message_id: str
    at: datetime
    reply: str


class Journal:
    """What one sender has heard and may not have recorded, in files of its own: <sender>.<number>.journal."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self.stem = _stem(sender)
        self._number = 0
        self._file = NO_FILE
        self._octets = 0
        self._unrecorded: dict[int, int] = {}

    def open(self) -> list[Taken]:
        """Begin a new file, and return what those before it hold; raise NotWritable."""
        self._unrecorded = {number: count for number, count in self._unrecorded.items() if count}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            earlier = self._files()
            self._number = max((_number_of(path) for path in earlier), default=0)
            found = [taken for path in earlier for taken in _read(path)]
            self._begin_file()
        except OSError as why:
            raise NotWritable(self._folder, why) from why
        return found

    def write(self, taken: Taken) -> int:
        """Keep what was just heard, and return which file holds it, for `recorded`; raise OSError."""
        if self._octets > FULL_OCTETS:
            self._begin_file()
        line = f"{taken.email_id} {taken.message_id} {taken.at.timestamp()} {taken.reply}\n".encode()
        written = os.write(self._file, line)
        if written < len(line):
            os.truncate(self._file, self._octets)
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        self._octets += written
        self._unrecorded[self._number] += 1
        return self._number

    def recorded(self, number: int) -> None:
        """Remove a file once the database knows all that it holds; the one in use is emptied."""
        self._unrecorded[number] -= 1
        if self._unrecorded[number]:
            return
        if number != self._number:
            del self._unrecorded[number]
            self._path(number).unlink(missing_ok=True)
        elif self._file != NO_FILE:
            os.truncate(self._file, 0)
            self._octets = 0

    def forget_earlier(self) -> None:
        """Remove the files from before this start, once the database knows all that they hold."""
        for path in self._files():
            if _number_of(path) not in self._unrecorded:
                path.unlink(missing_ok=True)

    def left_by(self, sender: str) -> list[Taken]:
        """Return what another sender has left in its journal, where that is in the same folder."""
        return [taken for path in self._folder.glob(f"{_stem(sender)}.*{SUFFIX}") for taken in _read(path)]

    def close(self) -> None:
        """Write no more."""
        if self._file != NO_FILE:
            os.close(self._file)
            self._file = NO_FILE

    def _begin_file(self) -> None:
        self.close()
        self._number += 1
        self._file = os.open(self._path(self._number), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._octets = 0
        self._unrecorded[self._number] = 0

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self.stem}.*{SUFFIX}"), key=_number_of)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self.stem}.{number}{SUFFIX}"


def _stem(sender: str) -> str:
    return quote(sender, safe="").replace(".", "%2E")


def _number_of(path: Path) -> int:
    return int(path.name.removesuffix(SUFFIX).rpartition(".")[2])


def _read(path: Path) -> Iterator[Taken]:
    """Read a file; its last line may be cut off, and after a power cut others may be spoiled too."""
    *lines, _ = path.read_bytes().split(b"\n")
    spoiled = 0
    for line in lines:
        if found := _LINE.fullmatch(line):
            email_id, message_id, at, reply = found.groups()
            moment = datetime.fromtimestamp(float(at), UTC)
            yield Taken(int(email_id), message_id.decode(), moment, reply.decode(errors="replace"))
        else:
            spoiled += 1
    if spoiled:
        log.error("lines of a journal cannot be read: what they hold may be repeated", path=str(path), lines=spoiled)
