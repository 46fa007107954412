"""Finds the programs of the system's RabbitMQ package, and installs the package where it is missing."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import CannotStart
from .progress import Say

# Debian's own wrapper in /usr/sbin changes to the user rabbitmq and to the system's folders; this one does not.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
INSTALL = Path(__file__).with_name("install-rabbitmq.sh")
OLDEST = (3, 10)

WHAT_TO_DO = """\
Either install the package rabbitmq-server (3.10 or newer) of your system; on Debian and Ubuntu as root:
    sh {script}
or name a running broker:
    AMQP_URL=amqp://<administrator>:<password>@<host>:5672/ RABBITMQ_MANAGEMENT_URL=http://<host>:15672"""


async def rabbitmq_server(install_log: Path, say: Say) -> Path:
    """Return the server's program; raises CannotStart, saying what to do, where there is none to be had."""
    if not SERVER.exists():
        await _install(install_log, say)
    version = _installed_version()
    if version and version < OLDEST:
        raise CannotStart(f"The installed RabbitMQ {version[0]}.{version[1]} is too old. {_what_to_do()}")
    return SERVER


async def _install(log: Path, say: Say) -> None:
    as_root = _as_root()
    if as_root is None or not shutil.which("apt-get"):
        raise CannotStart(f"RabbitMQ is not installed here. {_what_to_do()}")
    say("rabbitmq: not installed here yet; installing the system's package, once, which takes about a minute")
    with log.open("ab") as output:
        script = await asyncio.create_subprocess_exec(*as_root, "sh", INSTALL, stdout=output, stderr=output)
        try:
            status = await script.wait()
        finally:
            await script.wait()  # whoever asks us to stop meanwhile: a package is not left half installed
    if status != 0 or not SERVER.exists():
        raise CannotStart(f"RabbitMQ could not be installed (see {log}). {_what_to_do()}")


def _as_root() -> list[str] | None:
    """Return what to put before a command to run it as root, or None where we may not."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    asks_nothing = subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL).returncode == 0
    return ["sudo"] if asks_nothing or sys.stdin.isatty() else None


def _installed_version() -> tuple[int, int] | None:
    """Ask the package system, for asking the programs themselves would boot a node."""
    if not shutil.which("dpkg-query"):
        return None
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", "rabbitmq-server"], capture_output=True, text=True, check=False
    )
    found = re.match(r"(?:\d+:)?(\d+)\.(\d+)", asked.stdout)
    return (int(found[1]), int(found[2])) if found else None


def _what_to_do() -> str:
    return WHAT_TO_DO.format(script=INSTALL)
