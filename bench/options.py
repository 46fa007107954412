"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Rounds of each benchmark, upstream events of `throughput`, samples a round of `latency`."""

    rounds: int = 3
    events: int = 20_000
    samples: int = 200
