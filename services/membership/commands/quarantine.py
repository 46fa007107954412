"""The commands for messages that could not be taken in."""

import argparse
import json
import sys

from shared.clock import utc_now
from shared.database.pool import Connection
from shared.errors import Refused

from .. import storage, use_cases
from ..messages import Kept
from .acts import in_transaction, say


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what is done with messages in quarantine."""
    acts = parser.add_subparsers(required=True, metavar="act")
    acts.add_parser("list", help="those that wait or are held").set_defaults(run=in_transaction(_list))
    show = acts.add_parser("show", help="one of them, as it came, with all that is wrong")
    show.add_argument("id", type=int)
    show.set_defaults(run=in_transaction(_show))
    replay = acts.add_parser("replay", help="try again to take them in")
    replay.add_argument("id", type=int, nargs="+")
    replay.set_defaults(run=in_transaction(_replay))


async def _list(conn: Connection, args: argparse.Namespace) -> int:
    for kept in await storage.kept_messages(conn):
        faults = "; ".join(f"{fault.field} {fault.reason}" for fault in kept.faults)
        received = kept.delivery.received_at.isoformat(timespec="seconds")
        say(
            f"{kept.id}  {received}  {kept.delivery.system}  {kept.state}  x{kept.times}  {kept.message_type}  {faults}"
        )
    return 0


async def _show(conn: Connection, args: argparse.Namespace) -> int:
    kept = await storage.find_kept(conn, args.id)
    if kept is None:
        sys.stderr.write(f"no message {args.id} in quarantine\n")
        return 1
    say(json.dumps(_as_shown(kept), indent=2, ensure_ascii=False, default=str))
    return 0


async def _replay(conn: Connection, args: argparse.Namespace) -> int:
    failed = 0
    for kept_id in args.id:
        try:
            say(f"{kept_id}  {await use_cases.replay(conn, kept_id, utc_now())}")
        except Refused as why:
            sys.stderr.write(f"{kept_id}  {why.detail}\n")
            failed = 1
    return failed


def _as_shown(kept: Kept) -> dict[str, object]:
    return {
        "id": kept.id,
        "state": kept.state,
        "system": kept.delivery.system,
        "received_at": kept.delivery.received_at,
        "times": kept.times,
        "routing_key": kept.delivery.routing_key,
        "content_type": kept.delivery.content_type,
        "headers": kept.delivery.headers,
        "faults": [fault.model_dump() for fault in kept.faults],
        "body": kept.delivery.body.decode(errors="backslashreplace"),
    }
