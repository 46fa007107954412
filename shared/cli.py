"""The command line that every service has: `serve` and `migrate`; a service adds what its operators do."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from shared import logs
from shared.database.migrations import MigrationFailed, migrate
from shared.settings import ServiceSettings


def parser(
    service: str, parts: Sequence[str]
) -> tuple[argparse.ArgumentParser, "argparse._SubParsersAction[argparse.ArgumentParser]"]:
    """Return the service's parser and the place to add further commands to."""
    top = argparse.ArgumentParser(prog=f"python -m services.{service}", description=f"The {service} service.")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    serve = commands.add_parser("serve", help="run the service, or some of its parts")
    serve.add_argument(
        "--only",
        action="append",
        choices=parts,
        metavar="PART",
        help=f"run this part alone; may be given several times ({', '.join(parts)})",
    )
    commands.add_parser("migrate", help="bring the service's schema up to date (needs DATABASE_OWNER_URL)")
    return top, commands


def serve(service: str, settings: ServiceSettings, app: FastAPI) -> None:
    """Run the application until SIGTERM or SIGINT."""
    logs.configure(service, settings.log_level)
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def run_migrations(service: str) -> None:
    """Bring the service's schema up to date, or end the program with the reason."""
    try:
        sys.stdout.write(asyncio.run(migrate(service, secret("DATABASE_OWNER_URL"))) + "\n")
    except (MigrationFailed, OSError) as why:
        sys.stderr.write(f"{service}: {why}\n")
        raise SystemExit(1) from None


def secret(name: str) -> str:
    """Read one variable, or the file that NAME_FILE names, or end the program with a line that says so."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    if value := os.environ.get(name):
        return value
    sys.stderr.write(f"{name}: field required; {name}_FILE may name a file that holds it\n")
    raise SystemExit(2)
