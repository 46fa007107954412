"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Rounds of each benchmark, upstream events (None: as many as is usual for each), samples a round of `latency`.

    `mails` are sent in a trial of `mail`; `trials` are those of its trials that are made (none: all).
    """

    rounds: int = 3
    events: int | None = None
    samples: int = 200
    mails: int = 10_000
    trials: tuple[str, ...] = ()
