"""The command line that every service has; a service adds what its own operators do."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import uvicorn
from fastapi import FastAPI

from shared import logs, status
from shared.database.migrations import MigrationFailed, migrate
from shared.database.pool import NOT_LET_IN, Database, DatabaseAway, opened
from shared.errors import Trouble
from shared.findings import Look
from shared.messaging import parked, said
from shared.messaging.away import BROKER_AWAY
from shared.settings import ServiceSettings, fault_of_address

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

S = TypeVar("S", bound=ServiceSettings)

# A group of messages makes thousands of objects, of which nearly all go by themselves.
COLLECT_AFTER = 20_000


def run(
    service: str,
    parts: Sequence[str],
    settings: type[S],
    build: Callable[[S, Sequence[str]], FastAPI],
    looks: Callable[[S, Database], Sequence[Look]],
    *,
    extend: "Callable[[Commands], None]" = lambda commands: None,
    inboxes: Sequence[str] | None = None,
) -> None:
    """Run one command of a service.

    `looks` are what `status` asks. `inboxes` are what the queues of its inboxes begin with, where that is not the
    service's name alone. `extend` adds commands of its own; each sets the default `run`, a function of the
    arguments.
    """
    args = _parser(service, parts, extend).parse_args()
    match args.command:
        case "serve":
            read = settings.read()
            _serve(service, read, build(read, args.only or parts))
        case "migrate":
            _migrate(service)
        case "status":
            asked = settings.read()
            raise SystemExit(status.show(service, asked, lambda database: looks(asked, database)))
        case "parked":
            say(parked.run(secret("AMQP_URL"), inboxes or (service,), args))
        case "outbox":
            say(_run_outbox(args))
        case _:
            logs.configure(service, "WARNING")
            args.run(args)


def _parser(service: str, parts: Sequence[str], extend: "Callable[[Commands], None]") -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog=f"python -m services.{service}", description=f"The {service} service.")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    serve = commands.add_parser("serve", help="run the service, or some of its parts")
    serve.add_argument(
        "--only",
        action="append",
        choices=parts,
        metavar="PART",
        help=f"run this part alone; may be given several times ({', '.join(parts)})",
    )
    commands.add_parser("migrate", help="bring the service's schema up to date (needs DATABASE_OWNER_URL)")
    commands.add_parser("status", help="say in words how the service does; ends with 1 where you have something to do")
    parked.add_commands(commands.add_parser("parked", help="events that could not be taken in"))
    said.add_commands(commands.add_parser("outbox", help="events that the broker refused to take"))
    extend(commands)
    return top


def _serve(service: str, settings: ServiceSettings, app: FastAPI) -> None:
    logs.configure(service, settings.log_level)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def _migrate(service: str) -> None:
    try:
        sys.stdout.write(asyncio.run(migrate(service, secret("DATABASE_OWNER_URL"))) + "\n")
    except (MigrationFailed, OSError, *NOT_LET_IN) as why:
        said_of_it = DatabaseAway(why) if isinstance(why, NOT_LET_IN) else why
        sys.stderr.write(f"{service}: {said_of_it}\n")
        raise SystemExit(1) from None


async def _run_outbox(args: argparse.Namespace) -> list[str]:
    async with opened(secret("DATABASE_URL")) as database:
        return await said.run(database, args.act, getattr(args, "seq", None) or None)


def say(act: Coroutine[Any, Any, Sequence[str]]) -> None:
    """Carry out what an operator asked for, and print its lines, or what is away."""
    try:
        lines = asyncio.run(act)
    except (Trouble, *BROKER_AWAY) as why:
        sys.stderr.write(f"{why if isinstance(why, Trouble) else f'no answer ({why!r})'}\n")
        raise SystemExit(1) from None
    for line in lines:
        sys.stdout.write(line + "\n")


def secret(name: str) -> str:
    """Read one variable, or the file that NAME_FILE names, or end the program with a line that says what is wrong."""
    value = _from_file(path) if (path := os.environ.get(f"{name}_FILE")) else os.environ.get(name)
    fault = fault_of_address(name, value) if value else "field required"
    if value and not fault:
        return value
    sys.stderr.write(f"{name}: {fault}; {name}_FILE may name a file that holds it\n")
    raise SystemExit(2)


def _from_file(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as why:
        sys.stderr.write(f"{path}: cannot be read ({why.strerror})\n")
        raise SystemExit(2) from None
