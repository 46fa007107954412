"""The commands that let several systems report on one organisation."""

import argparse

from shared import cli
from shared.clock import utc_now
from shared.database.pool import Connection

from .. import use_cases
from .acts import in_transaction, say
from .organisations import add_organisation

OWNER = "DATABASE_OWNER_URL"


def add_acts(acts: "cli.Commands") -> None:
    """Add them; who may speak of an organisation is the administrator's to say."""
    share = acts.add_parser("share", help="let another system report on an organisation that a system brought")
    add_organisation(share)
    share.add_argument("--as", nargs=2, required=True, dest="link", metavar=("SOURCE", "KEY"), help="what it calls it")
    share.set_defaults(run=in_transaction(_share, OWNER))
    unshare = acts.add_parser("unshare", help="take that back; what the system said stays")
    add_organisation(unshare)
    unshare.set_defaults(run=in_transaction(_unshare, OWNER))


async def _share(conn: Connection, args: argparse.Namespace) -> int:
    source, key = args.link
    await use_cases.share(conn, (source, key), (args.source, args.key), utc_now())
    say(f"{source} may report on {args.source} {args.key}, and calls it {key}")
    return 0


async def _unshare(conn: Connection, args: argparse.Namespace) -> int:
    await use_cases.unshare(conn, (args.source, args.key))
    say(f"{args.source} shares {args.key} no longer")
    return 0
