"""The servers that the services need: private ones, or those outside that are named instead."""

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.rabbitmq.credentials import write_definitions

from .errors import patience
from .outside import Outside, ensure_reachable, import_definitions
from .passwords import Passwords
from .ports import free_ports
from .postgres import start_postgres
from .progress import Say
from .rabbitmq import BrokerAddress, start_rabbitmq
from .run import Run

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class SmtpAddress:
    """Where mails are handed over; `folder` is where our own sink keeps them, None where the server is another's."""

    url: str
    folder: Path | None = None


async def postgres(run: Run, outside: Outside, say: Say) -> str:
    """Have a Postgres, and return its administrator's address."""
    if outside.database_admin_url:
        say("postgres: the server that DATABASE_ADMIN_URL names")
        await ensure_reachable(outside.database_admin_url)
        return outside.database_admin_url
    began = time.monotonic()
    admin_url = await start_postgres(run)
    say(f"postgres: ready on port {urlsplit(admin_url).port} ({seconds_since(began)})")
    return admin_url


async def rabbitmq(run: Run, outside: Outside, passwords: Passwords, say: Say) -> BrokerAddress:
    """Have a RabbitMQ with our definitions."""
    if outside.amqp_url:
        say("rabbitmq: the broker that AMQP_URL names")
        return await import_definitions(outside, passwords)
    began = time.monotonic()
    say("rabbitmq: starting, which takes some seconds")
    write_definitions(run.folder / "definitions", passwords.users)
    address = await start_rabbitmq(run, run.folder / "definitions", say)
    say(f"rabbitmq: ready on port {address.port} ({seconds_since(began)})")
    return address


async def smtp(run: Run, outside: Outside, say: Say) -> SmtpAddress:
    """Have somewhere to hand mails over."""
    if outside.smtp_url:
        say("smtp: the server that SMTP_URL names")
        return SmtpAddress(outside.smtp_url)
    folder = run.folder / "mail"
    folder.mkdir(mode=0o700)
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "deploy.local.smtp_sink", str(port), str(folder)]
    sink = run.program("smtp-sink", command, working_folder=ROOT)
    sink.start()
    async with patience(30, lambda: f"The SMTP sink did not start. Its last lines:\n{sink.last_lines()}"):
        while not await listens(port):
            sink.ensure_alive()
            await asyncio.sleep(0.05)
    say(f"smtp: mails end in {folder}")
    return SmtpAddress(f"smtp://127.0.0.1:{port}", folder)


def seconds_since(began: float) -> str:
    """Say how long something took that began at that reading of the monotonic clock."""
    return f"{time.monotonic() - began:.1f} s"


async def listens(port: int) -> bool:
    """Tell whether anybody takes connections on a port of 127.0.0.1."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
