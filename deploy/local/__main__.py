"""The platform on this machine, without Docker: `python -m deploy.local stack`."""

import argparse
import asyncio
import sys
from pathlib import Path

from .demo.command import DemoFailed, demo
from .errors import CannotStart
from .mailbox.command import mailbox
from .progress import say
from .signals import until_asked_to_stop
from .stack import running_stack

RUN_FOLDER = Path(__file__).parents[2] / ".run"
INTERRUPTED = 130


def main() -> int:
    """Run one command, and return the program's exit status."""
    args = _parser().parse_args()
    try:
        interrupted = asyncio.run(until_asked_to_stop(args.run(args)))
    except (CannotStart, DemoFailed) as why:
        print(why, file=sys.stderr)
        return 1
    return INTERRUPTED if interrupted and args.ends_by_itself else 0


async def run_stack(args: argparse.Namespace) -> None:
    """Run the stack and say where everything is."""
    async with running_stack(RUN_FOLDER) as running:
        for service in ("membership", "meetings", "notifications"):
            say(f"{service}: {running.parts[service, 'web'].url}")
        say(f"addresses, users, roles and the operator's token: {running.folder / 'stack.json'}")
        say(f"logs: {running.folder / 'logs'}")
        say("Ctrl-C stops it all")
        await running.watch()


async def run_demo(args: argparse.Namespace) -> None:
    """Run the demo on a stack of its own."""
    await demo(RUN_FOLDER, once=args.ends_by_itself)


async def run_mailbox(args: argparse.Namespace) -> None:
    """Serve the page over a folder of e-mails."""
    await mailbox(args.folder, args.port)


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    top.set_defaults(ends_by_itself=False)
    commands = top.add_subparsers(required=True, metavar="command")
    stack = commands.add_parser("stack", help="servers and services in the foreground until Ctrl-C")
    stack.set_defaults(run=run_stack)
    demo = commands.add_parser("demo", help="the main job on a stack of its own: sixty towns join, meet and change")
    demo.add_argument("--once", action="store_true", dest="ends_by_itself", help="end after the table")
    demo.set_defaults(run=run_demo)
    mailbox = commands.add_parser("mailbox", help="a web page over the e-mails of the last demo or stack")
    mailbox.add_argument("--folder", type=Path, default=RUN_FOLDER / "mail", help="another folder of .eml files")
    mailbox.add_argument("--port", type=int, help="of 127.0.0.1 (default: a free one)")
    mailbox.set_defaults(run=run_mailbox)
    return top


if __name__ == "__main__":
    sys.exit(main())
