"""How an act of an operator reaches the database, and how it answers."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from shared import cli
from shared.database.pool import Connection, Database, opened
from shared.errors import Refused, Trouble
from shared.web.models import LARGEST

Act = Callable[[Connection, argparse.Namespace], Awaitable[int]]
Acts = Callable[[Database, argparse.Namespace], Awaitable[int]]


def in_transaction(act: Act, login: str = "DATABASE_URL") -> Callable[[argparse.Namespace], None]:
    """Return a command that carries out an act in one transaction and ends with the status that it returns.

    `login`: the variable that holds the address to log in with. What is refused is said, and changes nothing.
    """

    async def alone(database: Database, args: argparse.Namespace) -> int:
        async with database.transaction() as conn:
            return await act(conn, args)

    return with_database(alone, login)


def with_database(acts: Acts, login: str = "DATABASE_URL") -> Callable[[argparse.Namespace], None]:
    """Return a command that carries out acts, each in a transaction that it opens itself."""
    return lambda args: asyncio.run(_carry_out(acts, args, login))


async def _carry_out(acts: Acts, args: argparse.Namespace, login: str) -> None:
    try:
        async with opened(cli.secret(login)) as database:
            status = await acts(database, args)
    except (Refused, Trouble) as why:
        sys.stderr.write(f"{why}\n")
        status = 1
    raise SystemExit(status)


def say(line: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(line + "\n")


def visible(text: str | None) -> str:
    """Show of what may be anything what a terminal does not take for a command."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text) if text else "-"


def a_number(written: str) -> int:
    """Read the number of something that we keep."""
    if not (written.isascii() and written.isdecimal() and 0 < int(written) <= LARGEST):
        raise argparse.ArgumentTypeError(f"{written!r} is no number that a list shows")
    return int(written)
