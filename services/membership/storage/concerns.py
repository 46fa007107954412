"""All SQL about episodes in which a system is silent or floods: at most one of a kind is open for each."""

from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection

from ..rhythm import Concern, ConcernKind


async def open_concerns(conn: Connection) -> list[Concern]:
    """List the episodes that are not over, by system."""
    rows = await conn.fetch(
        """
        SELECT id, system, concern AS kind, since, most, told
          FROM system_concerns
         WHERE until IS NULL
         ORDER BY system, concern
        """
    )
    return [Concern(**row) for row in rows]


async def add_concern(conn: Connection, concern: Concern) -> bool:
    """Open an episode unless one is open; tell whether it is new."""
    added = await conn.fetchval(
        """
        INSERT INTO system_concerns (id, system, concern, since, most, told)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (system, concern) WHERE until IS NULL DO NOTHING
        RETURNING true
        """,
        concern.id,
        concern.system,
        concern.kind,
        concern.since,
        concern.most,
        concern.told,
    )
    return bool(added)


async def reopen_concern(conn: Connection, system: str, kind: ConcernKind, ended_after: datetime) -> bool:
    """Take up again an episode that ended only lately; tell whether there was one."""
    reopened = await conn.fetchval(
        """
        UPDATE system_concerns
           SET until = NULL
         WHERE system = $1
           AND concern = $2
           AND until > $3
        RETURNING true
        """,
        system,
        kind,
        ended_after,
    )
    return bool(reopened)


async def mark_over(conn: Connection, concern_id: UUID, now: datetime) -> None:
    """End an episode."""
    await conn.execute(
        "UPDATE system_concerns SET until = $2 WHERE id = $1 AND until IS NULL",
        concern_id,
        now,
    )
