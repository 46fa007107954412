"""How an act of an operator reaches the database, and how it answers."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from shared import cli
from shared.database.pool import Connection, opened

Act = Callable[[Connection, argparse.Namespace], Awaitable[int]]


def in_transaction(act: Act, database: str = "DATABASE_URL") -> Callable[[argparse.Namespace], None]:
    """Return a command that carries out an act in one transaction and ends with the status that it returns.

    `database` names the setting that tells where the database is, and as whom.
    """
    return lambda args: asyncio.run(_carry_out(act, args, database))


async def _carry_out(act: Act, args: argparse.Namespace, url: str) -> None:
    async with opened(cli.secret(url)) as database, database.transaction() as conn:
        status = await act(conn, args)
    raise SystemExit(status)


def say(line: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(line + "\n")
