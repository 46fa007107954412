"""The commands that list addresses that must not be written to, and undo that."""

import argparse
from typing import TYPE_CHECKING

from shared.clock import utc_now
from shared.database.pool import Connection
from shared.errors import NotFound

from .. import storage, use_cases
from ..suppressions import Suppression, key
from .acts import in_transaction

if TYPE_CHECKING:
    from shared.cli import Commands

MOST_LISTED = 1000
WHY = {
    "no_such_address": "nobody is there",
    "refused_repeatedly": "refused three e-mails within fourteen days",
}


def add_suppressed(commands: "Commands") -> None:
    """Add `suppressions list` and `suppressions undo`."""
    acts = commands.add_parser("suppressions", help="addresses that must not be written to").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    listed = acts.add_parser("list", help="each with why, since when, until when, and how many e-mails wait")
    listed.add_argument("--all", action="store_true", help="those that have ended too, and how")
    listed.set_defaults(run=in_transaction(_list))
    undo = acts.add_parser("undo", help="write to an address again, what has waited first")
    undo.add_argument("address")
    undo.set_defaults(run=in_transaction(_undo))


async def _list(conn: Connection, args: argparse.Namespace) -> list[str]:
    found = await storage.list_suppressions(conn, in_force=not args.all, before=None, most=MOST_LISTED)
    waiting = await storage.count_suppressed(conn, [suppression.address for suppression in found])
    return [_line(suppression, waiting.get(suppression.address, 0)) for suppression in found] or ["none"]


async def _undo(conn: Connection, args: argparse.Namespace) -> list[str]:
    found = await storage.find_suppression_of(conn, key(args.address))
    if found is None:
        raise NotFound("that address is not suppressed; see: suppressions list")
    await use_cases.undo_suppression(conn, found.id, utc_now())
    return [f"written to again: {found.address}"]


def _line(suppression: Suppression, waiting: int) -> str:
    since, until = (moment.isoformat(timespec="minutes") for moment in (suppression.since, suppression.until))
    line = f"{suppression.address}  since {since}  until {until}  {WHY[suppression.reason]}: {suppression.reply}"
    if suppression.ended_at is None:
        return f"{line}  {waiting} wait"
    return f"{line}  ended {suppression.ended_at.isoformat(timespec='minutes')}: {suppression.ended_how}"
