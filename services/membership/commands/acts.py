"""How an act of an operator reaches the database, and how it answers."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from shared import cli
from shared.database.pool import Connection, opened
from shared.errors import Refused

Act = Callable[[Connection, argparse.Namespace], Awaitable[int]]


def in_transaction(act: Act, login: str = "DATABASE_URL") -> Callable[[argparse.Namespace], None]:
    """Return a command that carries out an act in one transaction and ends with the status that it returns.

    `login`: the variable that holds the address to log in with. What is refused is said, and changes nothing.
    """
    return lambda args: asyncio.run(_carry_out(act, args, login))


async def _carry_out(act: Act, args: argparse.Namespace, login: str) -> None:
    try:
        async with opened(cli.secret(login)) as database, database.transaction() as conn:
            status = await act(conn, args)
    except Refused as why:
        sys.stderr.write(why.detail + "\n")
        status = 1
    raise SystemExit(status)


def say(line: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(line + "\n")
