"""The command that shows what messages have changed."""

import argparse
import json

from shared.database.pool import Connection

from .. import storage
from .acts import a_number, in_transaction, say

MOST = 100


def add_command(parser: argparse.ArgumentParser) -> None:
    """Add its choices."""
    parser.add_argument("--system", help="what one system sent")
    parser.add_argument("--organisation", nargs=2, metavar=("SOURCE", "KEY"), help="what was sent about one of them")
    parser.add_argument("--message", nargs=2, metavar=("SOURCE", "ID"), help="one message alone")
    parser.add_argument("--before", type=a_number, metavar="SEQ", help="what came before the last seq of another list")
    parser.add_argument("--most", type=int, default=MOST, help=f"how many at most ({MOST})")
    parser.set_defaults(run=in_transaction(_list))


async def _list(conn: Connection, args: argparse.Namespace) -> int:
    entries = await storage.audit(
        conn,
        system=args.system,
        organisation=args.organisation,
        message=args.message,
        before=args.before,
        most=args.most,
    )
    for entry in entries:
        say(json.dumps(entry, ensure_ascii=False, default=str))
    return 0
