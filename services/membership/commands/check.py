"""The command that says what would become of the messages in a file, and changes nothing."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shared import cli
from shared.clock import utc_now
from shared.database.pool import opened
from shared.errors import Refused, Trouble

from .. import storage
from ..drafts import NO_MESSAGE, Unreadable, drafts_in
from ..rehearsal import Fate, Rehearsal
from .acts import say, visible

UNREADABLE = 2


def add_command(parser: argparse.ArgumentParser) -> None:
    """Add what another system's messages are tried with before they are published."""
    parser.description = (
        "Say of each message in a file whether it would be accepted, superseded or rejected, or wait for what it builds"
        " on, as if they were published one after the other; nothing is changed. Ends with 0 where all would be taken"
        " in, with 1 where some would not, with 2 where the file cannot be read."
    )
    parser.add_argument("file", help="a JSON event or array of events, JSON lines, or CSV; - for standard input")
    parser.add_argument("--system", required=True, help="who would publish them")
    parser.set_defaults(run=lambda args: asyncio.run(_check(args.file, args.system)))


async def _check(name: str, system: str) -> None:
    try:
        with _file(name) as file:
            fates = await _fates(file, name, system)
    except (Refused, Trouble, OSError) as why:
        sys.stderr.write(f"{why}\n")
        raise SystemExit(UNREADABLE) from None
    for position, fate in enumerate(fates, start=1):
        _say_fate(position, fate)
    counts = Counter(fate.outcome for fate in fates)
    say(f"{len(fates)} messages: {', '.join(f'{count} {outcome}' for outcome, count in sorted(counts.items()))}")
    raise SystemExit(0 if all(fate.is_taken_in for fate in fates) else 1)


async def _fates(file: BinaryIO, name: str, system: str) -> Sequence[Fate]:
    async with opened(cli.secret("DATABASE_URL")) as database:
        async with database.connection() as conn:
            await storage.get_system(conn, system)
        rehearsal = Rehearsal(database, system, utc_now())
        await rehearsal.play(drafts_in(file, name))
    if fates := rehearsal.fates():
        return fates
    raise Unreadable(NO_MESSAGE)


@contextmanager
def _file(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
    else:
        with Path(name).open("rb") as file:
            yield file


def _say_fate(position: int, fate: Fate) -> None:
    say(f"{position:>6}  {fate.outcome:<10}  {visible(fate.type)}  {visible(fate.id)}")
    for fault in fate.faults:
        say(f"{'':>8}{fault.field} {fault.reason}: expected {fault.expected}")
