"""The command line of the notifications service."""

from shared import cli

from .app import PARTS, build, looks
from .commands.check_domain import add_check_domain
from .commands.failures import add_failures
from .commands.gallery import add_gallery
from .commands.held import add_held
from .commands.mail_test import add_mail_test
from .commands.suppressions import add_suppressed
from .settings import Settings


def add_commands(commands: "cli.Commands") -> None:
    """Add what notifications' operators do."""
    add_held(commands)
    add_suppressed(commands)
    add_failures(commands)
    add_mail_test(commands)
    add_check_domain(commands)
    add_gallery(commands)


if __name__ == "__main__":
    cli.run("notifications", PARTS, Settings, build, looks, extend=add_commands)
