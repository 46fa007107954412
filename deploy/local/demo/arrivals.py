"""Which e-mails arrived: read back from the sink's folder, or as notifications counts them where SMTP is another's."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

from ..mailbox.emails import Identity, read_identity
from .operator import overview

PATIENCE = 30.0


class Arrivals(Protocol):
    """Where arrived e-mails are looked up."""

    async def count(self) -> int:
        """Count what has arrived so far, quickly."""

    async def emails(self) -> Counter[Identity]:
        """Return what has arrived so far, as closely as it can be told apart."""

    def seen_as(self, identity: Identity) -> Identity:
        """Return as what an e-mail of this identity would be found among `emails`."""


class Folder:
    """The sink's folder of .eml files: each e-mail is opened and read, once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: dict[Path, Identity] = {}

    async def count(self) -> int:
        return len(list(self._path.glob("*.eml")))

    async def emails(self) -> Counter[Identity]:
        return await asyncio.to_thread(self._read_all)

    def seen_as(self, identity: Identity) -> Identity:
        return identity

    def _read_all(self) -> Counter[Identity]:
        for path in self._path.glob("*.eml"):
            if path not in self._read:
                self._read[path] = read_identity(path)
        return Counter(self._read.values())


class Books:
    """What notifications says it sent; it tells kinds apart and no more."""

    def __init__(self, notifications: httpx.AsyncClient) -> None:
        self._notifications = notifications

    async def count(self) -> int:
        return (await self.emails()).total()

    async def emails(self) -> Counter[Identity]:
        return Counter(
            {
                self.seen_as(Identity("", kind, None, None)): number
                for kind, number in sent_by_kind(await overview(self._notifications)).items()
            }
        )

    def seen_as(self, identity: Identity) -> Identity:
        return Identity("somebody", identity.kind, None, None)


def sent_by_kind(overview: Mapping[str, Any]) -> Counter[str]:
    """Return how many e-mails of each kind notifications sent."""
    return Counter({kind: states.get("sent", 0) for kind, states in overview["emails"].items()})


def unfinished(overview: Mapping[str, Any]) -> int:
    """Return how many e-mails notifications still has to send."""
    return sum(states.get("queued", 0) + states.get("sending", 0) for states in overview["emails"].values())


def last_sent_at(overview: Mapping[str, Any]) -> datetime | None:
    """Return when notifications handed its latest e-mail over, or None where it never did."""
    return datetime.fromisoformat(overview["last_sent_at"]) if overview["last_sent_at"] else None


async def until_all_arrived(
    arrivals: Arrivals, total: int, notifications: httpx.AsyncClient, show: Callable[[int], None]
) -> bool:
    """Wait until so many e-mails are there and no other is on its way; False where for long no further one comes."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < PATIENCE:
        if (count := await arrivals.count()) != seen:
            seen, since = count, time.monotonic()
            show(count)
        if count >= total and not unfinished(await overview(notifications)):
            return True
        await asyncio.sleep(0.1)
    return False
