"""The command line of the membership service."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

from shared import cli
from shared.clock import utc_now
from shared.database.pool import Connection, opened
from shared.errors import Refused
from shared.messaging import unrouted

from . import storage, use_cases
from .app import PARTS, build, looks
from .messages import Kept
from .settings import Settings

Act = Callable[[Connection, argparse.Namespace], Awaitable[int]]


def add_commands(commands: "cli.Commands") -> None:
    """Add what membership's operators do."""
    _add_quarantine(commands.add_parser("quarantine", help="messages that could not be taken in"))
    _add_systems(commands.add_parser("systems", help="other systems that may report to us"))
    _add_unrouted(commands.add_parser("unrouted", help="messages that no queue wanted"))


def _add_quarantine(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")
    acts.add_parser("list", help="those that wait or are held").set_defaults(run=_run(_list))
    show = acts.add_parser("show", help="one of them, as it came, with all that is wrong")
    show.add_argument("id", type=int)
    show.set_defaults(run=_run(_show))
    replay = acts.add_parser("replay", help="try again to take them in")
    replay.add_argument("id", type=int, nargs="+")
    replay.set_defaults(run=_run(_replay))


def _add_systems(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")
    add = acts.add_parser("add", help="let a system that has a broker user speak for CloudEvents sources")
    add.add_argument("system")
    add.add_argument("--source", action="append", required=True)
    add.set_defaults(run=_run(_add_system))
    acts.add_parser("list", help="which system speaks for which source").set_defaults(run=_run(_list_systems))


def _add_unrouted(parser: argparse.ArgumentParser) -> None:
    unrouted.add_commands(parser)
    parser.set_defaults(run=lambda args: cli.say(unrouted.run(cli.secret("AMQP_URL"), args.act)))


def _run(act: Act) -> Callable[[argparse.Namespace], None]:
    return lambda args: asyncio.run(_in_transaction(act, args))


async def _in_transaction(act: Act, args: argparse.Namespace) -> None:
    async with opened(cli.secret("DATABASE_URL")) as database, database.transaction() as conn:
        status = await act(conn, args)
    raise SystemExit(status)


async def _list(conn: Connection, args: argparse.Namespace) -> int:
    for kept in await storage.kept_messages(conn):
        faults = "; ".join(f"{fault.field} {fault.reason}" for fault in kept.faults)
        received = kept.delivery.received_at.isoformat(timespec="seconds")
        _say(
            f"{kept.id}  {received}  {kept.delivery.system}  {kept.state}  x{kept.times}  {kept.message_type}  {faults}"
        )
    return 0


async def _show(conn: Connection, args: argparse.Namespace) -> int:
    kept = await storage.find_kept(conn, args.id)
    if kept is None:
        sys.stderr.write(f"no message {args.id} in quarantine\n")
        return 1
    _say(json.dumps(_as_shown(kept), indent=2, ensure_ascii=False, default=str))
    return 0


async def _replay(conn: Connection, args: argparse.Namespace) -> int:
    failed = 0
    for kept_id in args.id:
        try:
            _say(f"{kept_id}  {await use_cases.replay(conn, kept_id, utc_now())}")
        except Refused as why:
            sys.stderr.write(f"{kept_id}  {why.detail}\n")
            failed = 1
    return failed


async def _add_system(conn: Connection, args: argparse.Namespace) -> int:
    for source in args.source:
        await storage.allow_source(conn, args.system, source)
        _say(f"{args.system} speaks for {source}")
    return 0


async def _list_systems(conn: Connection, args: argparse.Namespace) -> int:
    for source, system in sorted((await storage.sources(conn)).items()):
        _say(f"{system}  {source}")
    return 0


def _as_shown(kept: Kept) -> dict[str, object]:
    return {
        "id": kept.id,
        "state": kept.state,
        "system": kept.delivery.system,
        "received_at": kept.delivery.received_at,
        "times": kept.times,
        "routing_key": kept.delivery.routing_key,
        "content_type": kept.delivery.content_type,
        "headers": kept.delivery.headers,
        "faults": [fault.model_dump() for fault in kept.faults],
        "body": kept.delivery.body.decode(errors="backslashreplace"),
    }


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    cli.run("membership", PARTS, Settings, build, looks, extend=add_commands)
