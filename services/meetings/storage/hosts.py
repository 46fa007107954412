"""SQL of hosts: which towns can be asked, which have hosted, and which are excluded."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection

from ..domain import Meeting
from ..hosts import Exclusion, Hosted, Town
from .meetings import read_meeting


async def towns_to_ask(conn: Connection) -> list[Town]:
    """List the towns of active members for which somebody acts, by name."""
    rows = await conn.fetch(
        """
        SELECT m.town, max(m.region) AS region
          FROM members AS m
         WHERE m.active
           AND EXISTS (SELECT FROM mandates AS ma WHERE ma.organisation_id = m.id AND ma.current)
         GROUP BY m.town
         ORDER BY m.town
        """
    )
    return [Town(*row) for row in rows]


async def meetings_hosted(conn: Connection, but: UUID) -> list[Hosted]:
    """List all meetings in person that have a host town, past and to come, except one and those cancelled."""
    rows = await conn.fetch(
        """
        SELECT m.host_town, r.region, m.starts_at
          FROM meetings AS m
          LEFT JOIN LATERAL (
              SELECT max(me.region) AS region FROM members AS me WHERE lower(me.town) = lower(m.host_town)
          ) AS r ON true
         WHERE m.mode <> 'online'
           AND m.host_town IS NOT NULL
           AND m.status <> 'cancelled'
           AND m.id <> $1
         ORDER BY m.starts_at
        """,
        but,
    )
    return [Hosted(*row) for row in rows]


async def people_of_town(conn: Connection, town: str) -> list[UUID]:
    """List who acts for an active member of a town."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ma.person_id
          FROM mandates AS ma
          JOIN members AS m ON m.id = ma.organisation_id
         WHERE ma.current
           AND m.active
           AND m.town = $1
         ORDER BY ma.person_id
        """,
        town,
    )
    return [row["person_id"] for row in rows]


async def hosts_among(conn: Connection, people: Iterable[UUID], now: datetime) -> list[tuple[Meeting, str, UUID]]:
    """List who of some people acts for a town that was asked to host a meeting to come, as (meeting, town, person)."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (m.starts_at, m.id, ma.person_id)
               m.*, ma.person_id
          FROM meetings AS m
          JOIN members AS me ON me.town = m.asked_town AND me.active
          JOIN mandates AS ma ON ma.organisation_id = me.id AND ma.current
         WHERE ma.person_id = ANY($1::uuid[])
           AND lower(m.host_town) = lower(m.asked_town)
           AND m.mode <> 'online'
           AND m.status = 'scheduled'
           AND m.starts_at > $2
         ORDER BY m.starts_at, m.id, ma.person_id
        """,
        list(people),
        now,
    )
    return [(read_meeting(row), row["asked_town"], row["person_id"]) for row in rows]


async def get_asked_town(conn: Connection, meeting_id: UUID) -> str | None:
    """Return the town that was asked last to host a meeting, where one was."""
    town: str | None = await conn.fetchval("SELECT asked_town FROM meetings WHERE id = $1", meeting_id)
    return town


async def keep_asked_town(conn: Connection, meeting_id: UUID, town: str) -> None:
    """Keep which town is asked to host a meeting."""
    await conn.execute("UPDATE meetings SET asked_town = $2 WHERE id = $1", meeting_id, town)


async def list_exclusions(conn: Connection) -> list[Exclusion]:
    """List the towns that are not to be asked, by name."""
    rows = await conn.fetch("SELECT town, reason, who, excluded_at FROM excluded_towns ORDER BY town")
    return [Exclusion(*row) for row in rows]


async def keep_exclusion(conn: Connection, exclusion: Exclusion) -> None:
    """Exclude a town, or give another reason for it."""
    await conn.execute(
        """
        INSERT INTO excluded_towns (town, reason, who, excluded_at)
        VALUES ($1, $2, $3, $4)
            ON CONFLICT (town) DO UPDATE
           SET reason = excluded.reason, who = excluded.who, excluded_at = excluded.excluded_at
        """,
        exclusion.town,
        exclusion.reason,
        exclusion.who,
        exclusion.excluded_at,
    )


async def remove_exclusion(conn: Connection, town: str) -> None:
    """Include a town again."""
    await conn.execute("DELETE FROM excluded_towns WHERE lower(town) = lower($1)", town)
