"""The command line of the notifications service."""

from shared import cli

from .app import PARTS, build
from .settings import Settings

if __name__ == "__main__":
    cli.run("notifications", PARTS, Settings, build)
