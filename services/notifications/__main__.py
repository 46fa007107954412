"""The command line of the notifications service."""

from shared import cli

from .app import PARTS, build, looks
from .mail_test import add_mail_test
from .settings import Settings

if __name__ == "__main__":
    cli.run("notifications", PARTS, Settings, build, looks, extend=add_mail_test)
