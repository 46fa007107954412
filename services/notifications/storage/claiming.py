"""SQL of claims: which e-mails a sender takes, what it hands back, and what is taken back from it."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, get_args

import asyncpg

from shared.database.pool import Connection

from ..domain import PRIORITIES, Email, Language, Topic

# The language of a frame, and its facts.
FrameFacts = tuple[Language, Mapping[str, Any]]


async def claim(
    conn: Connection, sender: str, *, most: int, lease_until: datetime, now: datetime
) -> list[asyncpg.Record]:
    """Take e-mails that are due, the urgent first: at most one a person and meeting, and in the order queued.

    Each topic and urgency is looked at on its own: so the index gives what is due in order, however much waits.
    """
    rows = await conn.fetch(
        """
        WITH taken AS (
            SELECT due.id
              FROM unnest($5::text[]) AS topics (topic)
             CROSS JOIN unnest($6::smallint[]) AS priorities (priority)
             CROSS JOIN LATERAL (
                   SELECT e.id, e.next_attempt_at
                     FROM emails AS e
                    WHERE e.state = 'queued'
                      AND e.topic = topics.topic
                      AND e.priority = priorities.priority
                      AND e.next_attempt_at <= $4
                      AND (e.expires_at IS NULL OR e.expires_at > $4)
                      AND NOT EXISTS (
                          SELECT FROM preferences AS p WHERE p.person_id = e.person_id AND p.topic = e.topic
                      )
                      AND NOT EXISTS (
                          SELECT FROM suppressions AS s WHERE s.address = lower(e.address) AND s.ended_at IS NULL
                      )
                      AND NOT EXISTS (
                          SELECT
                            FROM emails AS other
                           WHERE other.person_id = e.person_id
                             AND other.meeting_id = e.meeting_id
                             AND (other.state = 'sending'
                                  OR other.state = 'queued' AND other.id < e.id AND other.next_attempt_at <= $4)
                      )
                    ORDER BY e.next_attempt_at, e.id
                    LIMIT $2
                      FOR UPDATE SKIP LOCKED
                   ) AS due
             WHERE topics.topic NOT IN (SELECT topic FROM held_now)
             ORDER BY priorities.priority, due.next_attempt_at, due.id
             LIMIT $2
        )
        UPDATE emails AS e
           SET state = 'sending', attempts = e.attempts + 1, sender = $1, lease_until = $3
          FROM taken
         WHERE e.id = taken.id
        RETURNING e.id, e.kind, e.topic, e.person_id, e.meeting_id, e.frame_id, e.address, e.params, e.method,
                  e.sequence, e.message_id, e.date, e.attempts, e.expires_at, e.correlation_id, e.priority
        """,
        sender,
        most,
        lease_until,
        now,
        get_args(Topic),
        PRIORITIES,
    )
    return sorted(rows, key=lambda row: (row["priority"], row["id"]))


async def frame_facts(conn: Connection, ids: Collection[int]) -> dict[int, FrameFacts]:
    """Return some frames by their ids; a frame never changes."""
    rows = await conn.fetch("SELECT id, language, facts FROM frames WHERE id = ANY($1::bigint[])", ids)
    return {row["id"]: (row["language"], json.loads(row["facts"])) for row in rows}


def claimed_email(row: asyncpg.Record, frame: FrameFacts) -> Email:
    """Put what was claimed and its frame together."""
    language, facts = frame
    return Email(
        id=row["id"],
        kind=row["kind"],
        topic=row["topic"],
        language=language,
        person_id=row["person_id"],
        meeting_id=row["meeting_id"],
        frame_id=row["frame_id"],
        address=row["address"],
        facts=facts,
        params=json.loads(row["params"]),
        method=row["method"],
        sequence=row["sequence"],
        message_id=row["message_id"],
        date=row["date"],
        attempts=row["attempts"],
        expires_at=row["expires_at"],
        correlation_id=row["correlation_id"],
    )


async def hand_back(
    conn: Connection, sender: str, untried: Mapping[int, datetime | None], lease_until: datetime | None
) -> None:
    """Return e-mails that a sender took and did not try to send: some, each not before a moment, and a whole claim."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'queued', attempts = e.attempts - 1, sender = NULL, lease_until = NULL,
               next_attempt_at = GREATEST(e.next_attempt_at, untried.not_before)
          FROM (SELECT id, not_before
                  FROM unnest($2::bigint[], $3::timestamptz[]) AS given (id, not_before)
                 UNION ALL
                SELECT id, NULL FROM emails WHERE state = 'sending' AND sender = $1 AND lease_until = $4) AS untried
         WHERE e.id = untried.id
           AND e.state = 'sending'
           AND e.sender = $1
        """,
        sender,
        list(untried),
        list(untried.values()),
        lease_until,
    )


async def take_back(
    conn: Connection, now: datetime, *, restarted: str | None = None, in_hand: Collection[int] = ()
) -> int:
    """Queue what was being sent by a sender whose lease is over, or who begins anew and has it not in hand; count it.

    Nobody knows whether the far server has it, so it goes out again with the same Message-ID and Date; unless its
    reader's calendar is to get something newer.
    """
    rows = await conn.fetch(
        """
        UPDATE emails AS e
           SET state = CASE WHEN is_overtaken(e) THEN 'obsolete' ELSE 'queued' END,
               may_have_arrived = true, sender = NULL, lease_until = NULL, next_attempt_at = $1
         WHERE e.state = 'sending'
           AND (e.lease_until < $1 OR e.sender = $2 AND e.id <> ALL($3::bigint[]))
        RETURNING e.id
        """,
        now,
        restarted,
        in_hand,
    )
    return len(rows)


async def overdue_senders(conn: Connection, now: datetime) -> list[str]:
    """List the senders whose lease on something is over."""
    rows = await conn.fetch(
        "SELECT DISTINCT sender FROM emails WHERE state = 'sending' AND lease_until < $1 ORDER BY sender", now
    )
    return [row["sender"] for row in rows]
