"""SQL of what became of e-mails: found by what they are, one with its attempts, and counted."""

import json
from datetime import datetime

import asyncpg

from shared.database.pool import Connection
from shared.errors import NotFound

from ..domain import Email
from ..fates import Act, Fate, Handing, Hour, Selection

# Of those whose ids are then asked for, up to a closing bracket: nothing else of the others is looked up.
FATES = """
    SELECT e.id, e.kind, e.topic, f.language, e.state, e.attempts, e.reply, e.message_id, e.person_id, e.meeting_id,
           e.method, e.sequence, e.date, e.next_attempt_at, e.expires_at, e.sent_at, e.correlation_id,
           e.params ->> 'name' AS name,
           COALESCE(
               f.facts ->> 'title', f.facts ->> 'organisation', f.facts ->> 'system', f.facts ->> 'name', ''
           ) AS about,
           (SELECT min(o.name)
              FROM mandates AS m
              JOIN members AS o USING (organisation_id)
             WHERE m.person_id = e.person_id
               AND m.current) AS organisation
      FROM emails AS e
      JOIN frames AS f ON f.id = e.frame_id
     WHERE e.id IN (SELECT e.id FROM emails AS e WHERE
"""
FAILURES = "SELECT count(*) FROM emails AS e WHERE e.state = 'failed' AND"
MEANT = """
           ($1::text IS NULL OR e.state = $1)
       AND ($2::text IS NULL OR e.kind = $2)
       AND ($3::text IS NULL OR e.topic = $3)
       AND ($4::uuid IS NULL OR e.person_id = $4)
       AND ($5::uuid IS NULL OR e.person_id IN (SELECT person_id FROM mandates WHERE organisation_id = $5))
       AND ($6::uuid IS NULL OR e.meeting_id = $6)
       AND ($7::text IS NULL OR e.reply ^@ $7)
       AND ($8::uuid IS NULL OR e.id IN (SELECT email_id FROM resendings WHERE act = $8))
"""


async def list_fates(conn: Connection, selection: Selection, before: int | None, most: int) -> list[Fate]:
    """List what became of so many of the e-mails that are meant, the newest first: those before an id, if given."""
    rows = await conn.fetch(
        f"{FATES} {MEANT} AND ($9::bigint IS NULL OR e.id < $9) ORDER BY e.id DESC LIMIT $10) ORDER BY e.id DESC",
        *_asked(selection),
        before,
        most,
    )
    return [Fate(*row) for row in rows]


async def get_fate(conn: Connection, email_id: int) -> Fate:
    """Return what became of an e-mail; raises NotFound."""
    row = await conn.fetchrow(f"{FATES} e.id = $1)", email_id)
    return Fate(*_found(row, email_id))


async def get_email(conn: Connection, email_id: int) -> Email:
    """Return an e-mail as a sender gets it; raises NotFound."""
    row = await conn.fetchrow(
        """
        SELECT e.id, e.kind, e.topic, f.language, e.person_id, e.meeting_id, e.frame_id, e.address, f.facts, e.params,
               e.method, e.sequence, e.message_id, e.date, e.attempts, e.expires_at, e.correlation_id
          FROM emails AS e
          JOIN frames AS f ON f.id = e.frame_id
         WHERE e.id = $1
        """,
        email_id,
    )
    columns = dict(_found(row, email_id))
    return Email(**{**columns, "facts": json.loads(columns["facts"]), "params": json.loads(columns["params"])})


async def list_handings(conn: Connection, email_id: int) -> list[Handing]:
    """List the attempts to hand an e-mail over, the first first."""
    rows = await conn.fetch("SELECT at, outcome, reply FROM deliveries WHERE email_id = $1 ORDER BY id", email_id)
    return [Handing(*row) for row in rows]


async def list_resendings(conn: Connection, email_id: int) -> list[Act]:
    """List who had an e-mail sent again, the first first."""
    rows = await conn.fetch(
        "SELECT who, reason, at, act FROM resendings WHERE email_id = $1 ORDER BY at, act", email_id
    )
    return [Act(*row) for row in rows]


async def count_failures(conn: Connection, selection: Selection) -> int:
    """Count those of the e-mails that are meant that could not be delivered."""
    number: int = await conn.fetchval(f"{FAILURES} {MEANT}", *_asked(selection))
    return number


async def count_failures_by_reply(conn: Connection) -> list[tuple[str, int]]:
    """Count what could not be delivered by the codes of its reply, or all of it where it has none; the most first."""
    rows = await conn.fetch(
        r"""
        SELECT COALESCE(substring(reply FROM '^[2-5]\d\d(?:[ -][2-5]\.\d{1,3}\.\d{1,3})?'), reply) AS begins,
               count(*) AS n
          FROM emails
         WHERE state = 'failed'
           AND reply IS NOT NULL
         GROUP BY begins
         ORDER BY n DESC, begins
        """
    )
    return [(row["begins"], row["n"]) for row in rows]


async def count_by_hour(conn: Connection, *, since: datetime, until: datetime) -> list[Hour]:
    """Count what happened in each hour of a span that begins with one, also in those in which nothing did."""
    rows = await conn.fetch(
        """
        WITH happened AS (
            SELECT date AS at, 'queued' AS what FROM emails WHERE date >= $1 AND date < $2
             UNION ALL
            SELECT at, outcome FROM deliveries WHERE at >= $1 AND at < $2
        )
        SELECT begins_at,
               count(*) FILTER (WHERE what = 'queued'),
               count(*) FILTER (WHERE what = 'accepted'),
               count(*) FILTER (WHERE what = 'deferred'),
               count(*) FILTER (WHERE what = 'refused'),
               count(*) FILTER (WHERE what = 'lost')
          FROM generate_series($1, $2 - interval '1 hour', interval '1 hour') AS begins_at
          LEFT JOIN happened ON date_bin('1 hour', at, $1) = begins_at
         GROUP BY begins_at
         ORDER BY begins_at
        """,
        since,
        until,
    )
    return [Hour(*row) for row in rows]


def _asked(selection: Selection) -> tuple[object, ...]:
    return (
        selection.state,
        selection.kind,
        selection.topic,
        selection.person_id,
        selection.organisation_id,
        selection.meeting_id,
        selection.reply,
        selection.act,
    )


def _found(row: asyncpg.Record | None, email_id: int) -> asyncpg.Record:
    if row is None:
        raise NotFound(f"no e-mail {email_id}")
    return row
