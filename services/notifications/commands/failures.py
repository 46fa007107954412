"""The commands for what could not be delivered: list it, with what would come of sending it again, and do so."""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter, ValidationError

from shared import cli
from shared.clock import utc_now
from shared.database.pool import Database
from shared.errors import Invalid

from .. import many_at_once
from ..domain import Topic
from ..fate_bodies import EmailId, Reason, Who
from ..fates import WHY_LEFT, Act, Fate, Left, Resent, Selection
from ..samples import KINDS
from .acts import in_steps

if TYPE_CHECKING:
    from shared.cli import Commands

ONE_LINE = "write one short line"


def add_failures(commands: "Commands") -> None:
    """Add `failures list` and `failures resend`."""
    acts = commands.add_parser("failures", help="e-mails that could not be delivered").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    listed = acts.add_parser("list", help="each with why, and what `resend` would do with it; changes nothing")
    resend = acts.add_parser("resend", help="send them again, and nothing else; says of each that is left why")
    number = _checked(EmailId, "write the number of an e-mail, as `failures list` shows it")
    resend.add_argument("ids", nargs="*", type=number, metavar="ID", help="some by their numbers")
    resend.add_argument("--all", action="store_true", help="all that `list` shows")
    resend.add_argument(
        "--who", required=True, type=_checked(Who, ONE_LINE), help="your name, for whoever looks at it later"
    )
    resend.add_argument("--reason", required=True, type=_checked(Reason, ONE_LINE), help="why they would arrive now")
    for parser in (listed, resend):
        parser.add_argument("--reply", metavar="BEGINS", help="what the mail server's last reply begins with")
        parser.add_argument("--kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("--topic", choices=get_args(Topic))
    listed.set_defaults(run=in_steps(_list))
    resend.set_defaults(run=in_steps(_resend))


async def _list(database: Database, args: argparse.Namespace) -> list[str]:
    failures = await many_at_once.failures(database, _chosen(args))
    act = Act("failures list", "only asked", utc_now())
    ids = [failure.id for failure in failures]
    said = await many_at_once.resend(database, ids, act, cli.secret("MAIL_DOMAIN"), rehearsed=True)
    left = {one.id: one.left for one in said}
    lines = [_line(failure, left[failure.id]) for failure in failures if failure.id in left]
    return [*lines, *_summary(said, "would be sent again")]


async def _resend(database: Database, args: argparse.Namespace) -> list[str]:
    by_choice = args.all or _chosen(args) != Selection()
    if bool(args.ids) == by_choice:
        raise Invalid("name some by their numbers, or choose by --reply, --kind or --topic, or --all")
    ids = args.ids or [failure.id for failure in await many_at_once.failures(database, _chosen(args))]
    act = Act(args.who, args.reason, utc_now())
    said = await many_at_once.resend(database, ids, act, cli.secret("MAIL_DOMAIN"))
    unknown = sorted(set(ids) - {one.id for one in said})
    return [*[f"there is no e-mail {each}" for each in unknown], *_summary(said, "are sent again")]


def _chosen(args: argparse.Namespace) -> Selection:
    return Selection(kind=args.kind, topic=args.topic, reply=args.reply)


def _line(failure: Fate, left: Left | None) -> str:
    what = [failure.kind, failure.about, failure.organisation or "", failure.reply or ""]
    said = f"left: {_why(left)}" if left else "would be sent again"
    return "  ".join([str(failure.id), failure.date.isoformat(timespec="minutes"), *filter(None, what), said])


def _summary(said: Sequence[Resent], sent: str) -> list[str]:
    """Say how many are sent again, and how many are left for which reason."""
    why = Counter(one.left for one in said if one.left)
    lines = [f"{len(said) - why.total()} of {len(said)} {sent}"]
    return [*lines, *[f"{number} left: {_why(left)}" for left, number in why.most_common()]]


def _why(left: Left) -> str:
    return WHY_LEFT[left][1].removesuffix(".")


def _checked(kind: Any, wanted: str) -> Callable[[str], Any]:
    """Return what reads a word of the command line by the rules of the API; `wanted` is what would be right."""
    rules: TypeAdapter[Any] = TypeAdapter(kind)

    def read(word: str) -> Any:
        try:
            return rules.validate_python(word)
        except ValidationError:
            raise argparse.ArgumentTypeError(wanted) from None

    return read
