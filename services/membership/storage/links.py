"""SQL of the organisations that several systems share."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from shared.database.pool import Connection

from ..records import OrganisationKey
from .rows import columns


async def find_links(
    conn: Connection, organisations: Collection[OrganisationKey]
) -> dict[OrganisationKey, OrganisationKey]:
    """Find which of some organisations another system brought, and what that one calls them."""
    found = await conn.fetch(
        """
        SELECT l.source, l.key, o.source AS own_source, o.key AS own_key
          FROM organisation_links AS l
          JOIN unnest($1::text[], $2::text[]) AS wanted (source, key) USING (source, key)
          JOIN organisations AS o ON o.id = l.organisation_id
        """,
        *columns(organisations),
    )
    return {(row["source"], row["key"]): (row["own_source"], row["own_key"]) for row in found}


async def add_link(conn: Connection, source: str, key: str, organisation_id: UUID) -> None:
    """Let a source call an organisation by a key of its own."""
    await conn.execute(
        """
        INSERT INTO organisation_links (source, key, organisation_id)
        VALUES ($1, $2, $3)
            ON CONFLICT (source, key) DO NOTHING
        """,
        source,
        key,
        organisation_id,
    )


async def remove_link(conn: Connection, source: str, key: str) -> bool:
    """Take that back; return whether there was anything to take back."""
    row = await conn.fetchrow(
        "DELETE FROM organisation_links WHERE source = $1 AND key = $2 RETURNING organisation_id", source, key
    )
    return row is not None


async def links_of(conn: Connection, organisation_id: UUID) -> list[OrganisationKey]:
    """List what other systems call an organisation."""
    found = await conn.fetch(
        "SELECT source, key FROM organisation_links WHERE organisation_id = $1 ORDER BY source, key", organisation_id
    )
    return [(row["source"], row["key"]) for row in found]


async def find_organisation(conn: Connection, source: str, key: str) -> asyncpg.Record | None:
    """Find an organisation as one of the systems that share it calls it, with all that is known of it."""
    return await conn.fetchrow(
        """
        SELECT o.*
          FROM organisations AS o
         WHERE (o.source = $1 AND o.key = $2)
            OR o.id = (SELECT l.organisation_id FROM organisation_links AS l WHERE l.source = $1 AND l.key = $2)
        """,
        source,
        key,
    )


async def appointments_at(conn: Connection, organisation_id: UUID) -> list[asyncpg.Record]:
    """List who was appointed at an organisation, by source and key, with who says so, and in which language we write.

    That is the word of the source that last reported the person, unless they chose it themselves: then of `the person`.
    Where mail to the address that they have now is refused, it is said since when and why.
    """
    return await conn.fetch(
        """
        SELECT a.source, a.contact_key, a.role, a.appointed_time, a.ended_time, m.said AS current, p.language,
               CASE WHEN p.own_language IS NULL THEN (
                   SELECT l.source
                     FROM contacts AS l
                    WHERE l.person_id = p.id
                    ORDER BY l.position_time DESC, l.position_id COLLATE "C" DESC
                    LIMIT 1
               ) ELSE 'the person' END AS language_said_by,
               u.since AS mail_refused_since, u.reason AS mail_refused_because
          FROM appointments AS a
          LEFT JOIN mandates AS m ON m.id = a.mandate_id
          LEFT JOIN contacts AS c ON (c.source, c.key) = (a.source, a.contact_key)
          LEFT JOIN people AS p ON p.id = c.person_id
          LEFT JOIN unreachable_addresses AS u
            ON u.digest = encode(sha256(convert_to(p.email_key, 'UTF8')), 'hex')
           AND u.ended_at IS NULL
         WHERE a.organisation_id = $1
         ORDER BY a.source, a.contact_key
        """,
        organisation_id,
    )
