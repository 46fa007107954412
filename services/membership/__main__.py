"""The command line of the membership service."""

import argparse

from shared import cli
from shared.messaging import unrouted
from shared.messaging.fields import accept_any_octets

from .app import INBOXES, PARTS, build, looks
from .commands import audit, check, missing, organisations, quarantine, systems
from .settings import Settings


def add_commands(commands: "cli.Commands") -> None:
    """Add what membership's operators do."""
    quarantine.add_commands(commands.add_parser("quarantine", help="messages that could not be taken in"))
    organisations.add_commands(
        commands.add_parser("organisations", help="which system said what about one; say all members once more")
    )
    missing.add_commands(commands.add_parser("missing", help="what a system's complete list leaves out"))
    audit.add_command(commands.add_parser("audit", help="what messages that were taken in have changed, newest first"))
    check.add_command(commands.add_parser("check", help="what would become of the messages in a file"))
    systems.add_commands(commands.add_parser("systems", help="other systems that may report to us"))
    _add_unrouted(commands.add_parser("unrouted", help="messages that no queue wanted"))


def _add_unrouted(parser: argparse.ArgumentParser) -> None:
    unrouted.add_commands(parser)
    parser.set_defaults(run=lambda args: cli.say(unrouted.run(cli.secret("AMQP_URL"), args.act)))


if __name__ == "__main__":
    accept_any_octets()
    cli.run("membership", PARTS, Settings, build, looks, extend=add_commands, inboxes=INBOXES)
