"""All SQL that shows the quarantine to its keepers: lists, counts and histories."""

from datetime import datetime
from uuid import UUID

import asyncpg

from shared.database.pool import Connection

from ..quarantine import Happened, Headline, Reason, Selection
from .quarantine_rows import read_faults

# What is meant, whatever part of it is looked at.
SELECTED = """
        WITH selected AS (
            SELECT id, state, system, source, message_id, message_type, faults, times, received_at, last_received_at,
                   settled_at, edited IS NOT NULL AS edited, count(*) OVER () AS all_found
              FROM quarantine
             WHERE state = ANY($1::text[])
               AND ($2::text IS NULL OR system = $2)
               AND (($3::text IS NULL AND $4::text IS NULL) OR EXISTS (
                       SELECT FROM jsonb_array_elements(faults) AS fault
                        WHERE ($3 IS NULL OR regexp_replace(fault ->> 'field', '\\[\\d+\\]', '[]', 'g') = $3)
                          AND ($4 IS NULL OR fault ->> 'code' = $4)
                   ))
               AND ($5::timestamptz IS NULL OR received_at < $5)
        )
          SELECT * FROM selected
"""


async def selected_messages(
    conn: Connection, selection: Selection, most: int, skip: int = 0
) -> tuple[list[Headline], int]:
    """List the messages that are meant, and count all of them: the oldest first, but what was settled latest first."""
    found = await conn.fetch(
        f"{SELECTED} ORDER BY settled_at DESC NULLS FIRST, id LIMIT $6 OFFSET $7",
        *_asked(selection),
        most,
        skip,
    )
    return [_headline(row) for row in found], found[0]["all_found"] if found else 0


async def messages_after(
    conn: Connection, selection: Selection, after: tuple[datetime | None, int] | None, most: int
) -> tuple[list[Headline], int]:
    """List so many of the messages that are meant, in the same order, and count all of them: those after a position.

    A position is when a message was settled, if it was, and its id.
    """
    settled_at, after_id = after or (None, 0)
    found = await conn.fetch(
        f"""
        {SELECTED}
         WHERE CASE
                   WHEN $6::timestamptz IS NULL THEN settled_at IS NOT NULL OR id > $7
                   ELSE settled_at < $6 OR (settled_at = $6 AND id > $7)
               END
         ORDER BY settled_at DESC NULLS FIRST, id
         LIMIT $8
        """,
        *_asked(selection),
        settled_at,
        after_id,
        most,
    )
    return [_headline(row) for row in found], found[0]["all_found"] if found else 0


async def reasons(conn: Connection) -> list[Reason]:
    """Count the open messages by system and by what is wrong, the most first."""
    found = await conn.fetch(
        """
        SELECT q.system, f.field, f.code, count(DISTINCT q.id) AS messages
          FROM quarantine AS q,
               LATERAL (
                   SELECT regexp_replace(fault ->> 'field', '\\[\\d+\\]', '[]', 'g') AS field, fault ->> 'code' AS code
                     FROM jsonb_array_elements(q.faults) AS fault
               ) AS f
         WHERE q.state IN ('waiting', 'held', 'paused')
         GROUP BY q.system, f.field, f.code
         ORDER BY messages DESC, q.system, f.field, f.code
        """
    )
    return [Reason(**row) for row in found]


async def systems_in_quarantine(conn: Connection) -> list[str]:
    """List the systems of which there is any message, settled or not."""
    return [row["system"] for row in await conn.fetch("SELECT DISTINCT system FROM quarantine ORDER BY system")]


async def count_kept(conn: Connection) -> dict[str, int]:
    """Count the messages that wait or are held."""
    found = await conn.fetch(
        "SELECT state, count(*) AS n FROM quarantine WHERE state IN ('waiting', 'held') GROUP BY state"
    )
    return {row["state"]: row["n"] for row in found}


async def history(conn: Connection, kept_id: int) -> list[Happened]:
    """List what happened to a message, from the beginning."""
    found = await conn.fetch("SELECT * FROM quarantine_history WHERE quarantine_id = $1 ORDER BY id", kept_id)
    return [_happened(row) for row in found]


async def act_in_history(conn: Connection, act: UUID) -> list[Happened]:
    """List what came of an act, message by message."""
    found = await conn.fetch("SELECT * FROM quarantine_history WHERE act = $1 ORDER BY id", act)
    return [_happened(row) for row in found]


def _asked(selection: Selection) -> tuple[list[str], str | None, str | None, str | None, datetime | None]:
    return list(selection.states), selection.system, selection.field, selection.code, selection.received_before


def _headline(row: asyncpg.Record) -> Headline:
    facts = {name: row[name] for name in Headline.__slots__}
    return Headline(**{**facts, "faults": read_faults(row["faults"])})


def _happened(row: asyncpg.Record) -> Happened:
    return Happened(
        quarantine_id=row["quarantine_id"],
        at=row["at"],
        what=row["what"],
        who=row["who"],
        act=row["act"],
        note=row["note"],
        faults=read_faults(row["faults"]),
    )
