"""The command line of the meetings service."""

from shared import cli

from .app import PARTS, build, looks
from .settings import Settings

if __name__ == "__main__":
    cli.run("meetings", PARTS, Settings, build, looks)
