"""What each peer is asked, and what it answers."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """How many e-mails are to be sent to which port of 127.0.0.1, and where the answer goes.

    `sample` is the file of an invitation, `key` that of the key that signs.
    """

    mails: int
    port: int
    sample: str
    key: str
    answer: str

    def write(self, path: Path) -> None:
        """Keep it for the peer."""
        path.write_text(json.dumps(asdict(self)))

    @contextmanager
    def answered(self) -> Iterator[None]:
        """Answer with the seconds and the processor time that the block took, its children's included."""
        began, before = time.perf_counter(), _cpu_seconds()
        yield
        found = {"seconds": time.perf_counter() - began, "cpu": _cpu_seconds() - before}
        Path(self.answer).write_text(json.dumps(found))


def asked() -> Asked:
    """Read what this program is asked."""
    return Asked(**json.loads(Path(sys.argv[1]).read_text()))


def _cpu_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
