"""The platform on this machine, without Docker: `python -m deploy.local stack`."""

import argparse
import asyncio
import sys
from pathlib import Path

from .errors import CannotStart
from .progress import say
from .signals import until_asked_to_stop
from .stack import running_stack

RUN_FOLDER = Path(__file__).parents[2] / ".run"


def main() -> int:
    """Run one command, and return the program's exit status."""
    top = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")
    commands.add_parser("stack", help="servers and services in the foreground until Ctrl-C").set_defaults(run=stack)
    args = top.parse_args()
    try:
        asyncio.run(until_asked_to_stop(args.run(args)))
    except CannotStart as why:
        print(why, file=sys.stderr)
        return 1
    return 0


async def stack(args: argparse.Namespace) -> None:
    """Run the stack and say where everything is."""
    async with running_stack(RUN_FOLDER) as running:
        for service in ("membership", "meetings", "notifications"):
            say(f"{service}: {running.parts[service, 'web'].url}")
        say(f"addresses, users, roles and the operator's token: {running.folder / 'stack.json'}")
        say(f"logs: {running.folder / 'logs'}")
        say("Ctrl-C stops it all")
        await running.watch()


if __name__ == "__main__":
    sys.exit(main())
