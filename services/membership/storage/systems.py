"""All SQL about the systems that may report, and the sources that each speaks for."""

from datetime import datetime

import asyncpg

from shared.database.pool import Connection
from shared.errors import Conflict, NotFound

from ..systems import System, is_password


class SourceTaken(Conflict):
    """A source belongs to one system, and this one to another."""

    code = "source_taken"


async def systems(conn: Connection) -> list[System]:
    """List the systems by name."""
    found = await conn.fetch(
        """
        SELECT s.*, array(SELECT source FROM system_sources WHERE system = s.name ORDER BY source) AS sources
          FROM systems AS s
         ORDER BY s.name
        """
    )
    return [_system(row) for row in found]


async def find_system(conn: Connection, name: str) -> System | None:
    """Find a system by its name."""
    row = await conn.fetchrow(
        """
        SELECT s.*, array(SELECT source FROM system_sources WHERE system = s.name ORDER BY source) AS sources
          FROM systems AS s
         WHERE s.name = $1
        """,
        name,
    )
    return _system(row) if row else None


async def get_system(conn: Connection, name: str) -> System:
    """Return the system of a name; raises NotFound."""
    found = await find_system(conn, name)
    if found is None:
        raise NotFound(f"no system is called {name}", field="system")
    return found


async def system_of_password(conn: Connection, name: str, password: str) -> System | None:
    """Return the system of this name, or None where there is none or this is not its password."""
    found = await find_system(conn, name)
    if found is None or found.password_hash is None or not is_password(password, found.password_hash):
        return None
    return found


async def sources(conn: Connection) -> dict[str, str]:
    """Return which system speaks for each CloudEvents source."""
    return {row["source"]: row["system"] for row in await conn.fetch("SELECT source, system FROM system_sources")}


async def lock_systems(conn: Connection) -> None:
    """Keep other commands from changing systems, until the connection is given back."""
    await conn.execute("SELECT pg_advisory_lock(hashtextextended('membership.systems', 0))")


async def add_system(conn: Connection, name: str, added_at: datetime | None) -> None:
    """Add a system where there is none of this name; without `added_at` it is half added."""
    await conn.execute(
        "INSERT INTO systems (name, added_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, added_at
    )


async def describe_system(
    conn: Connection, name: str, owner_email: str | None, owner_language: str | None, most_per_hour: int | None
) -> None:
    """Change what is said of a system: None leaves a thing as it is, a limit of 0 lifts it."""
    await conn.execute(
        """
        UPDATE systems
           SET owner_email = coalesce($2, owner_email),
               owner_language = coalesce($3, owner_language),
               most_per_hour = nullif(coalesce($4, most_per_hour), 0)
         WHERE name = $1
        """,
        name,
        owner_email,
        owner_language,
        most_per_hour,
    )


async def mark_added(conn: Connection, name: str, password_hash: str, added_at: datetime) -> None:
    """Say that the broker knows a system, and by which password."""
    await conn.execute(
        "UPDATE systems SET password_hash = $2, added_at = coalesce(added_at, $3) WHERE name = $1",
        name,
        password_hash,
        added_at,
    )


async def allow_source(conn: Connection, system: str, source: str) -> None:
    """Let a system speak for a source; raises SourceTaken."""
    speaker = await conn.fetchval(
        """
        INSERT INTO system_sources (source, system)
        VALUES ($1, $2)
            ON CONFLICT (source) DO UPDATE SET system = system_sources.system
        RETURNING system
        """,
        source,
        system,
    )
    if speaker != system:
        raise SourceTaken(f"{source} is the source of {speaker}; a source belongs to one system", field="source")


async def mark_paused(conn: Connection, name: str, paused_at: datetime | None) -> None:
    """Say since when a system is paused, or, with None, that it is not."""
    await conn.execute("UPDATE systems SET paused_at = $2 WHERE name = $1", name, paused_at)


async def remove_system(conn: Connection, name: str) -> None:
    """Remove a system with its sources; what it reported stays."""
    await conn.execute("DELETE FROM systems WHERE name = $1", name)


def _system(row: asyncpg.Record) -> System:
    return System(
        name=row["name"],
        owner_email=row["owner_email"],
        owner_language=row["owner_language"],
        most_per_hour=row["most_per_hour"],
        password_hash=row["password_hash"],
        added_at=row["added_at"],
        paused_at=row["paused_at"],
        sources=tuple(row["sources"]),
    )
