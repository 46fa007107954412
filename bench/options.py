"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Rounds of each benchmark, upstream events (None: as many as is usual for each), samples a round of `latency`."""

    rounds: int = 3
    events: int | None = None
    samples: int = 200
