"""The commands for messages that could not be taken in."""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from shared.clock import utc_now
from shared.contracts.upstream import Fault
from shared.database.pool import Connection, Database
from shared.errors import Invalid

from .. import many_at_once, storage, use_cases
from ..bodies import Matching
from ..edits import ATTRIBUTES, Edit, opened
from ..lines import in_text
from ..quarantine import STATES, Act, Selection, Tried
from ..views import HappenedView, MessageView
from .acts import a_number, in_transaction, say, visible, with_database

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what is done with messages in quarantine."""
    acts = parser.add_subparsers(required=True, metavar="act")
    listing = acts.add_parser("list", help="those that wait or are held, or others")
    _add_selection(listing)
    listing.set_defaults(run=in_transaction(_list))
    show = acts.add_parser("show", help="one of them, with all that is wrong, as it stands and as it came")
    show.add_argument("id", type=a_number)
    show.add_argument("--event", action="store_true", help="only as it stands, as a CloudEvent to edit")
    show.set_defaults(run=in_transaction(_show))
    history = acts.add_parser("history", help="what happened to one of them")
    history.add_argument("id", type=a_number)
    history.set_defaults(run=in_transaction(_history))
    _add_changes(acts)


def _add_changes(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    edit = acts.add_parser("edit", help="keep another version of one of them beside it")
    edit.add_argument("id", type=a_number)
    edit.add_argument("--file", type=Path, required=True, help="a CloudEvent in JSON, as `show ID --event` prints it")
    edit.add_argument("--replay", action="store_true", help="and try to take it in")
    edit.set_defaults(run=with_database(_edit))
    replay = acts.add_parser("replay", help="try again to take them in")
    replay.add_argument("id", type=a_number, nargs="*")
    replay.set_defaults(run=with_database(_replay))
    dismiss = acts.add_parser("dismiss", help="decide that nothing shall come of them")
    dismiss.add_argument("id", type=a_number, nargs="*")
    dismiss.add_argument("--reason", required=True)
    dismiss.set_defaults(run=with_database(_dismiss))
    for changing in (edit, replay, dismiss):
        changing.add_argument("--who", default="command line", help="who does it, for the history")
    for many in (replay, dismiss):
        many.add_argument("--all", action="store_true", help="not by their ids, but all to which these apply:")
        _add_selection(many)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--system", help="of this system")
    parser.add_argument("--field", help="with a fault there, such as source or data.contacts[].email")
    parser.add_argument("--code", help="with that fault, such as source_not_allowed")
    parser.add_argument("--older-than", type=_duration, metavar="AGE", help="30m, 2h or 7d")
    parser.add_argument("--state", choices=STATES, help="in this state (default: all that are open)")


def _duration(written: str) -> timedelta:
    read = re.fullmatch(r"([0-9]{1,5})([mhd])", written)
    if not read:
        raise argparse.ArgumentTypeError("is no age such as 30m, 2h or 7d")
    return timedelta(**{UNITS[read[2]]: int(read[1])})


def _selection(args: argparse.Namespace) -> Selection:
    meant = {name: getattr(args, name) for name in Matching.model_fields}
    return Matching(**meant).selection(utc_now())


async def _list(conn: Connection, args: argparse.Namespace) -> int:
    found, _ = await storage.selected_messages(conn, _selection(args), many_at_once.MOST)
    for one in found:
        received = one.received_at.isoformat(timespec="seconds")
        edited = "  edited" if one.edited else ""
        faults = "; ".join(_in_words(fault) for fault in one.faults)
        kind = visible(one.message_type)
        say(f"{one.id}  {received}  {one.system}  {one.state}  x{one.times}{edited}  {kind}  {faults}")
    return 0


async def _show(conn: Connection, args: argparse.Namespace) -> int:
    kept = await storage.get_kept(conn, args.id)
    if args.event:
        stands = opened(kept.standing)
        say(json.dumps({**stands.attributes, "data": _in_json(stands.data)}, indent=2, ensure_ascii=False))
    else:
        say(MessageView.of(kept, utc_now()).model_dump_json(indent=2, exclude={"history"}))
    return 0


async def _history(conn: Connection, args: argparse.Namespace) -> int:
    await storage.get_kept(conn, args.id)  # refuses one that is not there
    for one in await storage.history(conn, args.id):
        shown = HappenedView.model_validate(one)
        faults = "; ".join(_in_words(fault) for fault in shown.faults)
        words = (shown.at.isoformat(timespec="seconds"), shown.what, shown.who, shown.note, faults)
        say("  ".join(word for word in words if word))
    return 0


async def _edit(database: Database, args: argparse.Namespace) -> int:
    act = Act(args.who, utc_now())
    async with database.transaction() as conn:
        kept = await use_cases.edit(conn, args.id, _read_edit(args.file), act)
    if args.replay:
        return _said(await many_at_once.replay(database, [args.id], act))
    for fault in kept.faults:
        say(f"{kept.id}  {_in_words(fault)}: expected {fault.expected}")
    return 0


def _read_edit(file: Path) -> Edit:
    try:
        event = from_json(file.read_bytes(), allow_inf_nan=False)
    except OSError as why:
        raise Invalid(f"{file} cannot be read: {why.strerror}") from None
    except ValueError as why:
        raise Invalid(f"{file} is not JSON: {why}") from None
    if not isinstance(event, Mapping) or "data" not in event:
        raise Invalid(f"{file} is no CloudEvent in JSON with its `data`")
    attributes: dict[str, Any] = {name: event[name] for name in ATTRIBUTES if name in event}
    return Edit(attributes, to_json(event["data"]).decode())


async def _replay(database: Database, args: argparse.Namespace) -> int:
    return _said(await many_at_once.replay(database, await _meant(database, args), Act(args.who, utc_now())))


async def _dismiss(database: Database, args: argparse.Namespace) -> int:
    act = Act(args.who, utc_now())
    return _said(await many_at_once.dismiss(database, await _meant(database, args), args.reason, act))


async def _meant(database: Database, args: argparse.Namespace) -> list[int]:
    if bool(args.id) == args.all:
        raise Invalid("give either ids or --all")
    return args.id or await many_at_once.matching(database, _selection(args))


def _said(tried: Sequence[Tried]) -> int:
    for one in tried:
        if one.outcome:
            say(f"{one.id}  {one.outcome}")
        else:
            why = one.note or "; ".join(f"{_in_words(fault)}: expected {fault.expected}" for fault in one.faults)
            sys.stderr.write(f"{one.id}  {why}\n")
    return 0 if all(one.outcome for one in tried) else 1


def _in_words(fault: Fault) -> str:
    return f"{fault.field} {fault.reason}".strip()


def _in_json(data: bytes) -> Any:
    """Return the data, or what is no JSON as a text that says what it was."""
    try:
        return from_json(data)
    except ValueError:
        return in_text(data)
