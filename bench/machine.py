"""What the figures were measured on, and when."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx

from deploy.local.servers import ROOT

from .servers import Servers


async def describe(servers: Servers) -> dict[str, Any]:
    """Return date, commit, cores, load and versions, as they are when it is called."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "load": load(),
        "python": platform.python_version(),
        "postgres": await _postgres_version(servers),
        "rabbitmq": await _rabbitmq_version(servers),
    }


def load() -> list[float]:
    """Return how many processes wanted to run, on average over 1, 5 and 15 minutes."""
    return [round(average, 2) for average in os.getloadavg()]


def _commit() -> str | None:
    """Return what is checked out, `-dirty` where files have changed since; None outside a checkout."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


async def _postgres_version(servers: Servers) -> str:
    conn = await asyncpg.connect(servers.admin_url)
    try:
        return str(await conn.fetchval("SHOW server_version"))
    finally:
        await conn.close()


async def _rabbitmq_version(servers: Servers) -> str:
    login = ("operator", servers.passwords.of_user("operator"))
    async with httpx.AsyncClient(base_url=servers.broker.management_url, auth=login, trust_env=False) as client:
        answer = await client.get("/api/overview")
    answer.raise_for_status()
    return str(answer.json()["rabbitmq_version"])
