"""The commands for the systems that may report."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

import asyncpg
from pydantic import TypeAdapter, ValidationError

from shared import cli
from shared.clock import utc_now
from shared.contracts.upstream import Email
from shared.database.pool import Connection, opened
from shared.errors import Refused, Trouble

from .. import registration, storage, use_cases
from ..broker import Broker, BrokerRefuses
from ..systems import Name, Source
from . import sharing
from .acts import say
from .systems_listed import amiss, described

Act = Callable[[Connection, Broker, argparse.Namespace], Awaitable[int]]


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what is done with systems; it takes the administrators of the broker and of the schema."""
    parser.description = (
        "Who may report to us. Needs BROKER_MANAGEMENT_URL (http://<administrator>:<password>@<host>:15672) and "
        "DATABASE_OWNER_URL. What was cut off in the middle is completed by running it again."
    )
    acts = parser.add_subparsers(required=True, metavar="act")
    _describe(_act(acts, "add", "let it report, mend one that may, or change what is said of it", _add))
    _act(acts, "pause", "keep what it publishes aside, unanswered", _pause)
    _act(acts, "resume", "let it go on, and take in what was kept", _resume)
    _act(acts, "rotate", "show a new password; the old one ends at once, also where it is in use", _rotate)
    _act(acts, "remove", "let it report no longer; its unread answers go, what it reported stays", _remove)
    sharing.add_acts(acts)
    listing = acts.add_parser("list", help="each system, and whether the broker has it as it must be")
    listing.set_defaults(run=_run(_list))


def _act(acts: "cli.Commands", name: str, words: str, act: Act) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=words, description=f"A system: {words}.")
    parser.add_argument("name", type=_form(TypeAdapter(Name)), help="the system's name, and its user's at the broker")
    parser.set_defaults(run=_run(act))
    return parser


def _describe(parser: argparse.ArgumentParser) -> None:
    source, address = _form(TypeAdapter(Source)), _form(TypeAdapter(Email))
    parser.add_argument(
        "--source", type=source, action="append", default=[], help="a CloudEvents source of its own, such as /register"
    )
    parser.add_argument("--owner", type=address, metavar="ADDRESS", help="who is told when something is amiss with it")
    parser.add_argument("--language", choices=("da", "en"), help="the owner's; Danish where nothing is said")
    parser.add_argument(
        "--most-per-hour", type=_count, metavar="N", help="more is told; 20000 where nothing is said, 0 for no limit"
    )


def _form(form: "TypeAdapter[str]") -> Callable[[str], str]:
    """Return what reads an argument of some form, and says what would be right."""

    def read(text: str) -> str:
        try:
            return form.validate_python(text)
        except ValidationError as why:
            fault = why.errors(include_url=False)[0]
            expected = fault.get("ctx", {}).get("expected")
            words = f"{fault['msg']}: expected {expected}" if expected else fault["msg"]
            raise argparse.ArgumentTypeError(words) from None

    return read


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError("is no count: expected how many messages, such as 500")
    return int(text)


def _run(act: Act) -> Callable[[argparse.Namespace], None]:
    return lambda args: asyncio.run(_carry_out(act, args))


async def _carry_out(act: Act, args: argparse.Namespace) -> None:
    """Carry out an act while no other command changes systems, and end with the status that it returns."""
    try:
        broker = Broker(cli.secret("BROKER_MANAGEMENT_URL"))
        async with opened(cli.secret("DATABASE_OWNER_URL")) as database, database.connection() as conn:
            await storage.lock_systems(conn)
            status = await act(conn, broker, args)
    except (Refused, Trouble, asyncpg.PostgresError) as why:
        _tell(str(why))
        status = 1
    raise SystemExit(status)


async def _add(conn: Connection, broker: Broker, args: argparse.Namespace) -> int:
    password = await registration.add(
        conn,
        broker,
        args.name,
        sources=args.source,
        owner=args.owner,
        language=args.language,
        most_per_hour=args.most_per_hour,
        now=utc_now(),
    )
    system = await storage.get_system(conn, args.name)
    _tell(f"{system.name} may report for {', '.join(system.sources)}, as the broker's user {system.name}")
    if password is None:
        _tell(f"it keeps the password that it has; systems rotate {system.name} would show a new one")
    else:
        _show(password)
    return 0


async def _pause(conn: Connection, broker: Broker, args: argparse.Namespace) -> int:
    system = await use_cases.pause(conn, args.name, utc_now())
    say(f"{system.name} is paused since {system.paused_at:%Y-%m-%d %H:%M} UTC; what it publishes is kept")
    return 0


async def _resume(conn: Connection, broker: Broker, args: argparse.Namespace) -> int:
    await use_cases.resume(conn, args.name)
    kept = await storage.count_paused(conn)
    say(f"{args.name} goes on; what was kept is taken in now: {kept.get(args.name, 0)}")
    return 0


async def _rotate(conn: Connection, broker: Broker, args: argparse.Namespace) -> int:
    _show(await registration.rotate(conn, broker, args.name, utc_now()))
    return 0


async def _remove(conn: Connection, broker: Broker, args: argparse.Namespace) -> int:
    await registration.remove(conn, broker, args.name)
    say(f"{args.name} may report no longer")
    return 0


async def _list(conn: Connection, broker: Broker, args: argparse.Namespace) -> int:
    systems, kept = await storage.systems(conn), await storage.count_paused(conn)
    if not systems:
        _tell("no system may report")
    for system in systems:
        say(described(system, kept.get(system.name, 0)))
    try:
        found = await broker.definitions()
    except BrokerRefuses as why:
        _tell(f"{why}; whether it has these systems as it must is not known")
        return 1
    to_mend = list(amiss(systems, found))
    for line in to_mend:
        say(line)
    return 1 if to_mend else 0


def _show(password: str) -> None:
    """Print a password alone, for a program to read; it is kept nowhere."""
    _tell("its password, which is shown now and never again:")
    say(password)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
