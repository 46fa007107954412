"""Who answers to one meeting takes turns inside a process, so that one meeting never holds all its connections."""

import asyncio
from uuid import UUID
from weakref import WeakValueDictionary


class Turns:
    """A lock for each meeting that somebody answers to."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    def of(self, meeting_id: UUID) -> asyncio.Lock:
        """Return the lock of a meeting, the same for all who hold or await it."""
        lock = self._locks.get(meeting_id)
        if lock is None:
            lock = self._locks[meeting_id] = asyncio.Lock()
        return lock
