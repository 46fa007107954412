"""How an act of an operator on the command line reaches the database, and how it answers."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from shared import cli
from shared.database.pool import Connection, Database, opened
from shared.errors import Refused, Trouble

Act = Callable[[Connection, argparse.Namespace], Awaitable[list[str]]]
ActInSteps = Callable[[Database, argparse.Namespace], Awaitable[list[str]]]
Command = Callable[[argparse.Namespace], None]


def in_transaction(act: Act) -> Command:
    """Return a command that carries out an act in one transaction, and prints the lines that it returns."""

    async def in_one_step(database: Database, args: argparse.Namespace) -> list[str]:
        async with database.transaction() as conn:
            return await act(conn, args)

    return in_steps(in_one_step)


def in_steps(act: ActInSteps) -> Command:
    """Return a command that carries out an act in transactions of its own, and prints the lines that it returns."""
    return lambda args: asyncio.run(_carry_out(act, args))


async def _carry_out(act: ActInSteps, args: argparse.Namespace) -> None:
    """Carry out an act, and print its lines, or what it refused."""
    try:
        async with opened(cli.secret("DATABASE_URL")) as database:
            lines = await act(database, args)
    except (Refused, Trouble) as why:
        sys.stderr.write(f"{why}\n")
        raise SystemExit(1) from None
    for line in lines:
        sys.stdout.write(f"{line}\n")
