"""The commands for what is held: topics, and what was due before a database was restored."""

import argparse
from typing import TYPE_CHECKING, get_args

from shared.clock import utc_now
from shared.database.pool import Connection

from .. import storage, use_cases
from ..domain import Topic
from .acts import in_transaction

if TYPE_CHECKING:
    from shared.cli import Commands

RESTORED = "restored"


def add_held(commands: "Commands") -> None:
    """Add `held`, `hold`, `release` and `dismiss`."""
    commands.add_parser("held", help="topics of which nothing is mailed, and why").set_defaults(
        run=in_transaction(_held)
    )
    hold = commands.add_parser("hold", help="mail nothing about a topic until it is released")
    hold.add_argument("topic", choices=get_args(Topic))
    hold.add_argument("--reason", required=True, help="why, for whoever finds it held")
    hold.set_defaults(run=in_transaction(_hold))
    release = commands.add_parser("release", help="mail again what is held, what has waited first")
    release.add_argument("what", choices=[*get_args(Topic), RESTORED], help="a topic, or what is held back")
    release.set_defaults(run=in_transaction(_release))
    dismiss = commands.add_parser("dismiss", help="never mail what was due before the database was restored")
    dismiss.add_argument("what", choices=[RESTORED])
    dismiss.set_defaults(run=in_transaction(_dismiss))


async def _held(conn: Connection, args: argparse.Namespace) -> list[str]:
    held_back = await storage.count_held_back(conn)
    lines = [f"{RESTORED}  {held_back} wait  they were due before the database was restored"] if held_back else []
    lines += [
        f"{held.topic}  since {held.held_at.isoformat(timespec='seconds')}  {held.waiting} wait  {held.reason}"
        for held in await storage.held_topics(conn)
    ]
    return lines or ["nothing is held"]


async def _hold(conn: Connection, args: argparse.Namespace) -> list[str]:
    await use_cases.hold_topic(conn, args.topic, args.reason, utc_now())
    return [f"held: {args.topic}"]


async def _release(conn: Connection, args: argparse.Namespace) -> list[str]:
    if args.what == RESTORED:
        return [f"released: {await use_cases.release_held_back(conn, utc_now())} e-mails"]
    await use_cases.release_topic(conn, args.what, utc_now())
    return [f"released: {args.what}"]


async def _dismiss(conn: Connection, args: argparse.Namespace) -> list[str]:
    return [f"dismissed: {await use_cases.dismiss_held_back(conn)} e-mails"]
