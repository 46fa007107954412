"""How often something may be asked of a process, so that who asks it all the time harms nobody."""

import time
from collections.abc import Callable

from shared.errors import TooOften


class Pace:
    """Allows so much a second on the average, and for a moment `at_once`."""

    def __init__(self, per_second: float, *, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._at_once = at_once
        self._clock = clock
        self._left = float(at_once)
        self._last = clock()

    def take(self) -> None:
        """Note that it is asked once more; raises TooOften."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._last) * self._per_second)
        self._last = now
        if self._left < 1:
            raise TooOften("This is asked too often; try again in a few seconds.")
        self._left -= 1
