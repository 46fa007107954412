"""The command line of the meetings service."""

from shared import cli

from .app import PARTS, build
from .settings import Settings


def main() -> None:
    """Run one command."""
    top, _ = cli.parser("meetings", PARTS)
    arguments = top.parse_args()
    if arguments.command == "migrate":
        cli.run_migrations("meetings")
    else:
        settings = Settings.read()
        cli.serve("meetings", settings, build(settings, arguments.only or PARTS))


if __name__ == "__main__":
    main()
