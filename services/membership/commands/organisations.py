"""The commands for organisations that several systems report on."""

import argparse
import json

from shared.clock import utc_now
from shared.database.pool import Connection

from .. import use_cases
from .acts import in_transaction, say

OWNER = "DATABASE_OWNER_URL"


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what is done with organisations; who may speak of one is the administrator's to say."""
    acts = parser.add_subparsers(required=True, metavar="act")
    show = acts.add_parser("show", help="which system last said what about an organisation, and who shares it")
    _add_organisation(show)
    show.set_defaults(run=in_transaction(_show))
    share = acts.add_parser("share", help="let a system report on an organisation that another one brought")
    _add_organisation(share)
    share.add_argument("--as", nargs=2, required=True, dest="link", metavar=("SOURCE", "KEY"), help="what it calls it")
    share.set_defaults(run=in_transaction(_share, OWNER))
    unshare = acts.add_parser("unshare", help="take that back; what the system said stays")
    _add_organisation(unshare)
    unshare.set_defaults(run=in_transaction(_unshare, OWNER))


def _add_organisation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="a CloudEvents source, such as /register")
    parser.add_argument("key", help="what that source calls the organisation")


async def _show(conn: Connection, args: argparse.Namespace) -> int:
    found = await use_cases.ownership(conn, (args.source, args.key))
    say(json.dumps(found, indent=2, ensure_ascii=False, default=str))
    return 0


async def _share(conn: Connection, args: argparse.Namespace) -> int:
    source, key = args.link
    await use_cases.share(conn, (source, key), (args.source, args.key), utc_now())
    say(f"{source} may report on {args.source} {args.key}, and calls it {key}")
    return 0


async def _unshare(conn: Connection, args: argparse.Namespace) -> int:
    await use_cases.unshare(conn, (args.source, args.key))
    say(f"{args.source} shares {args.key} no longer")
    return 0
