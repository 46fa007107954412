"""The command line of the meetings service."""

import asyncio
import sys

from shared import cli
from shared.messaging import parked

from .app import PARTS, build
from .settings import Settings


def main() -> None:
    """Run one command."""
    top, commands = cli.parser("meetings", PARTS)
    parked.add_commands(commands)
    args = top.parse_args()
    match args.command:
        case "serve":
            settings = Settings.read()
            cli.serve("meetings", settings, build(settings, args.only or PARTS))
        case "migrate":
            cli.run_migrations("meetings")
        case "parked":
            for line in asyncio.run(parked.run(cli.secret("AMQP_URL"), "meetings", args)):
                sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
