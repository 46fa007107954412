"""How an act of an operator on the command line reaches the database, and how it answers."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from shared import cli
from shared.database.pool import Connection, opened
from shared.errors import Refused, Trouble

Act = Callable[[Connection, argparse.Namespace], Awaitable[list[str]]]


def in_transaction(act: Act) -> Callable[[argparse.Namespace], None]:
    """Return a command that carries out an act in one transaction, and prints the lines that it returns."""
    return lambda args: asyncio.run(_carry_out(act, args))


async def _carry_out(act: Act, args: argparse.Namespace) -> None:
    """Carry out an act, and print its lines, or what it refused."""
    try:
        async with opened(cli.secret("DATABASE_URL")) as database, database.transaction() as conn:
            lines = await act(conn, args)
    except (Refused, Trouble) as why:
        sys.stderr.write(f"{why}\n")
        raise SystemExit(1) from None
    for line in lines:
        sys.stdout.write(f"{line}\n")
