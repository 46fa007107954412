"""SQL of crises: what was said of them last, who is to be told, and who was."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from shared.contracts.meetings import CrisisUndone
from shared.database.pool import Connection

from ..crises import AboutCrises, ToTell, facts_of, said_of


async def keep_crises(conn: Connection, events: Sequence[AboutCrises]) -> set[UUID]:
    """Keep what was said of crises where nothing newer is known, each at most once; return those of which it is not."""
    rows = await conn.fetch(
        """
        INSERT INTO crises AS c (id, series_id, said, facts, last_day, version, correlation_id)
        SELECT *
          FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::date[], $6::integer[], $7::text[])
            ON CONFLICT (id) DO UPDATE
           SET said = excluded.said, facts = excluded.facts, last_day = excluded.last_day,
               version = excluded.version, correlation_id = excluded.correlation_id
         WHERE excluded.version >= c.version
        RETURNING id
        """,
        [event.crisis.id for event in events],
        [event.crisis.series_id for event in events],
        [said_of(event) for event in events],
        [json.dumps(facts_of(event), ensure_ascii=False) for event in events],
        [event.crisis.last_day for event in events],
        [event.crisis.version for event in events],
        [event.correlation_id for event in events],
    )
    return {row["id"] for row in rows}


async def keep_crisis_people(conn: Connection, event: AboutCrises) -> None:
    """Keep who is to be told what an event says; that it was a mistake, whoever was or may have been told of it."""
    if isinstance(event, CrisisUndone):
        await _keep_who_was_told(conn, event)
        return
    await conn.execute(
        """
        INSERT INTO crisis_people (crisis_id, person_id, version)
        SELECT $1, person_id, $3
          FROM unnest($2::uuid[]) AS t (person_id)
            ON CONFLICT (crisis_id, person_id) DO UPDATE SET version = excluded.version
        """,
        event.crisis.id,
        list(event.people),
        event.crisis.version,
    )


async def drop_crisis_mails(conn: Connection, crises: Iterable[UUID]) -> None:
    """Take back what waits of some crises and is no longer what was said last."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'obsolete'
          FROM crises AS c
          JOIN crisis_people AS t ON t.crisis_id = c.id
          JOIN frames AS f ON f.object_id = c.id AND f.kind IN ('crisis_notice', 'crisis_summary', 'crisis_cancelled')
         WHERE c.id = ANY($1::uuid[])
           AND e.person_id = t.person_id
           AND e.meeting_id IS NULL
           AND e.frame_id = f.id
           AND e.revision < c.version
           AND e.state IN ('queued', 'suppressed')
        """,
        list(crises),
    )


async def people_to_tell(conn: Connection, crises: Iterable[UUID]) -> list[ToTell]:
    """List the people whom we know and who are to be told what was said last of some crises."""
    rows = await conn.fetch(
        """
        SELECT c.id, c.said, c.facts, c.version, c.correlation_id, p.id AS person_id, p.name, p.address, p.language
          FROM crises AS c
          JOIN crisis_people AS t ON t.crisis_id = c.id AND t.version = c.version
          JOIN people AS p ON p.id = t.person_id
         WHERE c.id = ANY($1::uuid[])
         ORDER BY c.id, p.id
        """,
        list(crises),
    )
    return [_to_tell(row) for row in rows]


async def crises_to_tell(conn: Connection, people: Iterable[UUID], today: date) -> list[ToTell]:
    """List what some people are to be told of crises that last, also what they were told before."""
    rows = await conn.fetch(
        """
        SELECT c.id, c.said, c.facts, c.version, c.correlation_id, p.id AS person_id, p.name, p.address, p.language
          FROM crisis_people AS t
          JOIN crises AS c ON c.id = t.crisis_id AND c.version = t.version
          JOIN people AS p ON p.id = t.person_id
         WHERE t.person_id = ANY($1::uuid[])
           AND c.last_day >= $2
         ORDER BY c.id, p.id
        """,
        list(people),
        today,
    )
    return [_to_tell(row) for row in rows]


async def _keep_who_was_told(conn: Connection, event: CrisisUndone) -> None:
    await conn.execute(
        """
        UPDATE crisis_people AS t
           SET version = $2
         WHERE t.crisis_id = $1
           AND EXISTS (
               SELECT
                 FROM emails AS e
                 JOIN frames AS f ON f.id = e.frame_id
                WHERE e.person_id = t.person_id
                  AND e.meeting_id IS NULL
                  AND f.object_id = $1
                  AND e.kind = 'crisis_notice'
                  AND (e.state IN ('sending', 'sent') OR e.may_have_arrived)
           )
        """,
        event.crisis.id,
        event.crisis.version,
    )


def _to_tell(row: asyncpg.Record) -> ToTell:
    crisis_id, said, facts, *others = row
    return ToTell(crisis_id, said, json.loads(facts), *others)
