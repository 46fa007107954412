"""SQL of invitations: who is asked, who should be, and who should be no longer."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from shared.database.pool import Connection

from ..calendar import Revision
from ..domain import Invitation, Meeting


async def people_in_group(conn: Connection, group_id: UUID) -> list[UUID]:
    """List who is in a group now."""
    rows = await conn.fetch("SELECT person_id FROM group_people WHERE group_id = $1", group_id)
    return [row["person_id"] for row in rows]


async def missing_invitations(
    conn: Connection, meetings: Iterable[UUID], people: Iterable[UUID]
) -> list[tuple[UUID, UUID, Invitation | None]]:
    """List, for some meetings and people, who is in the meeting's group and has no invitation that stands.

    Each as the meeting's id, the person's id and the invitation that was withdrawn, where there was one.
    """
    rows = await conn.fetch(
        """
        SELECT m.id AS meeting_id, g.person_id, i.id, i.standing, i.sequence, i.dtstamp, i.last_modified, i.version
          FROM meetings AS m
          JOIN series AS s ON s.id = m.series_id
          JOIN group_people AS g ON g.group_id = s.group_id
          LEFT JOIN invitations AS i ON i.meeting_id = m.id AND i.person_id = g.person_id
         WHERE m.id = ANY($1::uuid[])
           AND g.person_id = ANY($2::uuid[])
           AND i.standing IS NOT TRUE
         ORDER BY m.starts_at, m.id, g.person_id
        """,
        list(meetings),
        list(people),
    )
    return [(row["meeting_id"], row["person_id"], _invitation(row) if row["id"] else None) for row in rows]


async def surplus_invitations(conn: Connection, meetings: Iterable[UUID], people: Iterable[UUID]) -> list[Invitation]:
    """List, for some meetings and people, the standing invitations of those who are not in the meeting's group."""
    rows = await conn.fetch(
        """
        SELECT i.*
          FROM invitations AS i
          JOIN meetings AS m ON m.id = i.meeting_id
          JOIN series AS s ON s.id = m.series_id
         WHERE i.standing
           AND i.meeting_id = ANY($1::uuid[])
           AND i.person_id = ANY($2::uuid[])
           AND NOT EXISTS (
               SELECT
                 FROM group_people AS g
                WHERE g.group_id = s.group_id
                  AND g.person_id = i.person_id
                  AND g.person_id = ANY($2::uuid[])  -- spares going through the whole group
           )
         ORDER BY m.starts_at, m.id, i.person_id
        """,
        list(meetings),
        list(people),
    )
    return [_invitation(row) for row in rows]


async def keep_invitations(conn: Connection, invitations: Sequence[Invitation]) -> None:
    """Add invitations, or keep what has changed about them."""
    await conn.execute(
        """
        INSERT INTO invitations (id, meeting_id, person_id, standing, sequence, dtstamp, last_modified, version)
        SELECT *
          FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::integer[],
                      $6::timestamptz[], $7::timestamptz[], $8::integer[])
            ON CONFLICT (id) DO UPDATE
           SET standing = excluded.standing, sequence = excluded.sequence, dtstamp = excluded.dtstamp,
               last_modified = excluded.last_modified, version = excluded.version
        """,
        [invitation.id for invitation in invitations],
        [invitation.meeting_id for invitation in invitations],
        [invitation.person_id for invitation in invitations],
        [invitation.standing for invitation in invitations],
        [invitation.revision.sequence for invitation in invitations],
        [invitation.revision.dtstamp for invitation in invitations],
        [invitation.revision.last_modified for invitation in invitations],
        [invitation.version for invitation in invitations],
    )


async def highest_revision(conn: Connection, meeting_id: UUID) -> Revision | None:
    """Return the highest that any reader of a meeting was told, those withdrawn included; None where nobody was."""
    row = await conn.fetchrow(
        """
        SELECT max(sequence) AS sequence, max(dtstamp) AS dtstamp, max(last_modified) AS last_modified
          FROM invitations
         WHERE meeting_id = $1
        HAVING count(*) > 0
        """,
        meeting_id,
    )
    return Revision(row["sequence"], row["dtstamp"], row["last_modified"]) if row else None


async def revise_invitations(conn: Connection, meeting: Meeting, *, before: Revision) -> None:
    """Give every standing invitation the revision of its meeting; where that is cancelled, it stands no more.

    One that the meeting was paused for stood until then: what becomes of the pause is its reader's too.
    """
    await conn.execute(
        """
        UPDATE invitations
           SET standing = $2, sequence = $3, dtstamp = $4, last_modified = $5, version = version + 1
         WHERE meeting_id = $1
           AND (standing OR NOT $2 AND sequence = $6)
        """,
        meeting.id,
        meeting.status != "cancelled",
        meeting.revision.sequence,
        meeting.revision.dtstamp,
        meeting.revision.last_modified,
        before.sequence,
    )


async def count_standing(conn: Connection, meetings: Iterable[UUID]) -> dict[UUID, int]:
    """Count the standing invitations of meetings; one that has none is not named."""
    rows = await conn.fetch(
        """
        SELECT meeting_id, count(*) AS standing
          FROM invitations
         WHERE standing
           AND meeting_id = ANY($1::uuid[])
         GROUP BY meeting_id
        """,
        list(meetings),
    )
    return {row["meeting_id"]: row["standing"] for row in rows}


def _invitation(row: asyncpg.Record) -> Invitation:
    return Invitation(
        id=row["id"],
        meeting_id=row["meeting_id"],
        person_id=row["person_id"],
        standing=row["standing"],
        revision=Revision(row["sequence"], row["dtstamp"], row["last_modified"]),
        version=row["version"],
    )
