"""The commands for what is missing from a system's complete list."""

import argparse
import getpass
from datetime import date

from shared.clock import local_day, utc_now
from shared.database.pool import Connection

from .. import storage, use_cases
from .acts import a_number, in_transaction, say


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what is decided about it."""
    acts = parser.add_subparsers(required=True, metavar="act")
    acts.add_parser("list", help="what awaits a decision").set_defaults(run=in_transaction(_list))
    remove = acts.add_parser("remove", help="the organisation has left, the contact no longer acts for it")
    remove.add_argument("id", type=a_number, nargs="+")
    remove.add_argument("--on", type=_a_day, metavar="DATE", help="the first day without; else today")
    remove.set_defaults(run=in_transaction(_remove))
    keep = acts.add_parser("keep", help="it stays, although the system does not list it")
    keep.add_argument("id", type=a_number, nargs="+")
    keep.set_defaults(run=in_transaction(_keep))


def _a_day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no day such as 2026-12-31") from None


async def _list(conn: Connection, args: argparse.Namespace) -> int:
    for missing in await storage.missing(conn):
        what = missing.organisation if missing.contact_key is None else f"{missing.person} at {missing.organisation}"
        listed = missing.listed_at.isoformat(timespec="seconds")
        say(f"{missing.id}  {listed}  {missing.source}  list {missing.snapshot}  {what}")
    return 0


async def _remove(conn: Connection, args: argparse.Namespace) -> int:
    now = utc_now()
    await use_cases.remove_missing(conn, args.id, getpass.getuser(), args.on or local_day(now), now)
    say(f"removed: {len(args.id)}")
    return 0


async def _keep(conn: Connection, args: argparse.Namespace) -> int:
    await use_cases.keep_missing(conn, args.id, getpass.getuser(), utc_now())
    say(f"kept: {len(args.id)}")
    return 0
