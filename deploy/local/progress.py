"""How a person who waits is kept informed."""

from collections.abc import Callable

Say = Callable[[str], None]


def say(line: str) -> None:
    """Print a line at once, also where the output is a file or a pipe."""
    print(line, flush=True)
