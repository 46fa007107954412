"""The commands that hold topics and release them."""

import argparse
from typing import TYPE_CHECKING, get_args

from shared.clock import utc_now
from shared.database.pool import Connection

from . import storage, use_cases
from .acts import in_transaction
from .domain import Topic

if TYPE_CHECKING:
    from shared.cli import Commands


def add_held(commands: "Commands") -> None:
    """Add `held`, `hold` and `release`."""
    commands.add_parser("held", help="topics of which nothing is mailed, and why").set_defaults(
        run=in_transaction(_held)
    )
    hold = commands.add_parser("hold", help="mail nothing about a topic until it is released")
    hold.add_argument("topic", choices=get_args(Topic))
    hold.add_argument("--reason", required=True, help="why, for whoever finds it held")
    hold.set_defaults(run=in_transaction(_hold))
    release = commands.add_parser("release", help="mail about a topic again, what has waited first")
    release.add_argument("topic", choices=get_args(Topic))
    release.set_defaults(run=in_transaction(_release))


async def _held(conn: Connection, args: argparse.Namespace) -> list[str]:
    return [
        f"{held.topic}  since {held.held_at.isoformat(timespec='seconds')}  {held.waiting} wait  {held.reason}"
        for held in await storage.held_topics(conn)
    ] or ["nothing is held"]


async def _hold(conn: Connection, args: argparse.Namespace) -> list[str]:
    await use_cases.hold_topic(conn, args.topic, args.reason, utc_now())
    return [f"held: {args.topic}"]


async def _release(conn: Connection, args: argparse.Namespace) -> list[str]:
    await use_cases.release_topic(conn, args.topic, utc_now())
    return [f"released: {args.topic}"]
