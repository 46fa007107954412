"""SQL of who comes and who stays away: the people asked with their answers, the meetings held with their attendance."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import asyncpg

from shared.database.pool import Connection

from ..absence import Held
from ..network import Organisation
from ..who_comes import Asked, SoFar
from .answers import answer_of


async def people_asked(conn: Connection, meeting_id: UUID) -> list[Asked]:
    """List who is asked to a meeting, by name, with the members that they act for now and what they have answered."""
    rows = await conn.fetch(
        """
        SELECT i.person_id AS asked, p.name AS person, a.*, m.id, m.name, m.town, m.region
          FROM invitations AS i
          LEFT JOIN people AS p ON p.id = i.person_id
          LEFT JOIN answers AS a ON a.meeting_id = i.meeting_id AND a.person_id = i.person_id
          LEFT JOIN (
              SELECT DISTINCT ma.person_id, me.*
                FROM mandates AS ma
                JOIN members AS me ON me.id = ma.organisation_id
               WHERE ma.current
                 AND me.active
          ) AS m ON m.person_id = i.person_id
         WHERE i.meeting_id = $1
           AND i.standing
         ORDER BY p.name, i.person_id, m.name, m.id
        """,
        meeting_id,
    )
    return [_asked(list(of_one)) for _, of_one in groupby(rows, key=itemgetter("asked"))]


async def answers_so_far(conn: Connection, meetings: Iterable[UUID]) -> dict[UUID, SoFar]:
    """Count, for each of some meetings that anybody is asked to, those asked and what they have answered."""
    rows = await conn.fetch(
        """
        SELECT i.meeting_id,
               count(*)                                               AS asked,
               count(*) FILTER (WHERE a.place = 'confirmed')          AS accepted,
               count(*) FILTER (WHERE a.place IN ('offered', 'waiting')) AS waiting,
               count(*) FILTER (WHERE a.choice = 'tentative')         AS tentative,
               count(*) FILTER (WHERE a.choice = 'declined')          AS declined
          FROM invitations AS i
          LEFT JOIN answers AS a USING (meeting_id, person_id)
         WHERE i.standing
           AND i.meeting_id = ANY($1::uuid[])
         GROUP BY i.meeting_id
        """,
        list(meetings),
    )
    return {meeting_id: SoFar(*counts) for meeting_id, *counts in (tuple(row.values()) for row in rows)}


async def meetings_held(conn: Connection, most: int, today: date) -> list[Held]:
    """List the last so many meetings of each series that still meets of which attendance was entered; none of a crisis.

    A series after the other, the latest meeting first.
    """
    rows = await conn.fetch(
        """
        SELECT held.*, entered.came
          FROM (
              SELECT m.id, m.series_id, m.title, m.starts_at,
                     row_number() OVER (PARTITION BY m.series_id ORDER BY m.starts_at DESC, m.id) AS nth
                FROM meetings AS m
                JOIN series AS s ON s.id = m.series_id
               WHERE COALESCE(s.last_day >= $2, true)
                 AND m.crisis_id IS NULL
                 AND EXISTS (SELECT FROM attendances AS a WHERE a.meeting_id = m.id)
          ) AS held
         CROSS JOIN LATERAL (
              SELECT jsonb_object_agg(organisation_id, attendance IS NOT NULL) AS came
                FROM (
                    SELECT DISTINCT ON (organisation_id) organisation_id, attendance
                      FROM attendances
                     WHERE meeting_id = held.id
                     ORDER BY organisation_id, version DESC
                ) AS latest
          ) AS entered
         WHERE held.nth <= $1
         ORDER BY held.series_id, held.nth
        """,
        most,
        today,
    )
    return [_held(row) for row in rows]


async def active_organisations(conn: Connection) -> list[Organisation]:
    """List what is a member now, by name."""
    rows = await conn.fetch("SELECT id, name, town, region FROM members WHERE active ORDER BY name, id")
    return [Organisation(*row) for row in rows]


def _asked(rows: Sequence[asyncpg.Record]) -> Asked:
    return Asked(
        person_id=rows[0]["asked"],
        name=rows[0]["person"],
        organisations=tuple(
            Organisation(row["id"], row["name"], row["town"], row["region"]) for row in rows if row["id"]
        ),
        answer=answer_of(rows[0]) if rows[0]["choice"] else None,
    )


def _held(row: asyncpg.Record) -> Held:
    return Held(
        id=row["id"],
        series_id=row["series_id"],
        title=row["title"],
        starts_at=row["starts_at"],
        came={UUID(organisation): came for organisation, came in json.loads(row["came"]).items()},
    )
