"""Prepares a Postgres server for the services: the database, its roles, schemas and grants, and the passwords."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

DATABASE = "handelsbyer"
SERVICES = ("membership", "meetings", "notifications")
ROLES = tuple(f"{service}_{kind}" for service in SERVICES for kind in ("owner", "runtime"))

SQL = Path(__file__).with_name("roles.sql")


def role_url(admin_url: str, role: str, password: str, database: str = DATABASE) -> str:
    """Return the address with which a role logs in on the server of the administrator's address."""
    server = urlsplit(admin_url)
    _, _, host_and_port = server.netloc.rpartition("@")
    return urlunsplit(server._replace(netloc=f"{role}:{quote(password, safe='')}@{host_and_port}", path=f"/{database}"))


async def create_database(admin_url: str, name: str = DATABASE) -> None:
    """Create the database where it is missing."""
    conn = await asyncpg.connect(admin_url)
    try:
        if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            await _execute_formatted(conn, "CREATE DATABASE %I TEMPLATE template0 ENCODING 'UTF8'", name)
    finally:
        await conn.close()


async def create_roles(admin_url: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Create, or bring up to date, roles, schemas and grants of a database, and set the roles' passwords."""
    conn = await asyncpg.connect(admin_url, database=database)
    try:
        async with conn.transaction():
            await conn.execute(SQL.read_text())
            for role, password in passwords.items():
                await _execute_formatted(conn, "ALTER ROLE %I PASSWORD %L", role, password)
    finally:
        await conn.close()


async def _execute_formatted(conn: "asyncpg.Connection[asyncpg.Record]", template: str, *values: str) -> None:
    """Execute a statement that takes no parameters; the server itself quotes names (%I) and literals (%L)."""
    await conn.execute(await conn.fetchval("SELECT format($1, VARIADIC $2::text[])", template, list(values)))
