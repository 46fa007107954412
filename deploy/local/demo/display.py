"""What a person sees while the demo works: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ..progress import say

SECONDS_BETWEEN_LINES = 2.0

Show = Callable[[int], None]


@contextmanager
def counting(total: int) -> Iterator[Show]:
    """Lend a function that shows how many of so many e-mails have arrived."""
    console = Console(highlight=False)
    if console.is_terminal:
        with Progress(
            *(TextColumn("  e-mails"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()), console=console
        ) as progress:
            bar = progress.add_task("", total=total)
            yield lambda count: progress.update(bar, completed=count)
    else:
        yield _lines(total)


def _lines(total: int) -> Show:
    said = time.monotonic()

    def show(count: int) -> None:
        nonlocal said
        if count == total or time.monotonic() - said >= SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            say(f"  {count:,} of {total:,} e-mails")

    return show
