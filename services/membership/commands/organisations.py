"""The commands that show which system said what about an organisation, and say all members once more."""

import argparse
import json

from shared.database.pool import Connection

from .. import use_cases
from .acts import in_transaction, say


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what is asked about organisations."""
    acts = parser.add_subparsers(required=True, metavar="act")
    show = acts.add_parser("show", help="which system last said what about one, and which share it")
    add_organisation(show)
    show.set_defaults(run=in_transaction(_show))
    again = acts.add_parser(
        "say-again", help="say each member once more, for a service that keeps more of it than before"
    )
    again.set_defaults(run=in_transaction(_say_again))


def add_organisation(parser: argparse.ArgumentParser) -> None:
    """Have an organisation named as one of the systems that report on it calls it."""
    parser.add_argument("source", help="a CloudEvents source, such as /register")
    parser.add_argument("key", help="what that source calls the organisation")


async def _show(conn: Connection, args: argparse.Namespace) -> int:
    found = await use_cases.ownership(conn, (args.source, args.key))
    say(json.dumps(found, indent=2, ensure_ascii=False, default=str))
    return 0


async def _say_again(conn: Connection, args: argparse.Namespace) -> int:
    say(f"{await use_cases.say_members_again(conn)} members are said once more")
    return 0
