"""The command line of the membership service."""

import argparse

from shared import cli
from shared.clock import utc_now
from shared.database.pool import Connection
from shared.messaging import unrouted

from . import storage
from .app import PARTS, build, looks
from .commands import audit, check, missing, organisations, quarantine
from .commands.acts import in_transaction, say
from .settings import Settings


def add_commands(commands: "cli.Commands") -> None:
    """Add what membership's operators do."""
    quarantine.add_commands(commands.add_parser("quarantine", help="messages that could not be taken in"))
    organisations.add_commands(
        commands.add_parser("organisations", help="which system said what about an organisation")
    )
    missing.add_commands(commands.add_parser("missing", help="what a system's complete list leaves out"))
    audit.add_command(commands.add_parser("audit", help="what messages that were taken in have changed, newest first"))
    check.add_command(commands.add_parser("check", help="what would become of the messages in a file"))
    _add_systems(commands.add_parser("systems", help="other systems that may report to us"))
    _add_unrouted(commands.add_parser("unrouted", help="messages that no queue wanted"))


def _add_systems(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")
    add = acts.add_parser("add", help="let a system that has a broker user speak for CloudEvents sources")
    add.add_argument("system")
    add.add_argument("--source", action="append", required=True)
    add.set_defaults(run=in_transaction(_add_system, "DATABASE_OWNER_URL"))
    acts.add_parser("list", help="which system speaks for which source").set_defaults(run=in_transaction(_list_systems))


def _add_unrouted(parser: argparse.ArgumentParser) -> None:
    unrouted.add_commands(parser)
    parser.set_defaults(run=lambda args: cli.say(unrouted.run(cli.secret("AMQP_URL"), args.act)))


async def _add_system(conn: Connection, args: argparse.Namespace) -> int:
    await storage.add_system(conn, args.system, utc_now())
    for source in args.source:
        await storage.allow_source(conn, args.system, source)
        say(f"{args.system} speaks for {source}")
    return 0


async def _list_systems(conn: Connection, args: argparse.Namespace) -> int:
    for source, system in sorted((await storage.sources(conn)).items()):
        say(f"{system}  {source}")
    return 0


if __name__ == "__main__":
    cli.run("membership", PARTS, Settings, build, looks, extend=add_commands)
