"""SQL of the queue: which e-mails a sender takes, what became of them, and what is given up."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from shared.database.pool import Connection

from ..domain import Attempt, Email


async def hold_sender(conn: Connection, sender: str) -> bool:
    """Hold the name of a sender while this connection lives; say whether nobody else holds it."""
    return bool(
        await conn.fetchval(
            "SELECT pg_try_advisory_lock(hashtextextended('notifications.sender.' || $1::text, 0))", sender
        )
    )


async def claim(conn: Connection, sender: str, *, most: int, lease: timedelta, now: datetime) -> list[Email]:
    """Take e-mails that are due, the urgent first: at most one a person and meeting, and in the order queued."""
    rows = await conn.fetch(
        """
        WITH ready AS (
            SELECT e.id
              FROM emails AS e
             WHERE e.state = 'queued'
               AND e.next_attempt_at <= $4
               AND (e.expires_at IS NULL OR e.expires_at > $4)
               AND e.topic NOT IN (SELECT topic FROM held_topics WHERE released_at IS NULL)
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
             ORDER BY e.priority, e.next_attempt_at, e.id
             LIMIT $2
               FOR UPDATE OF e SKIP LOCKED
        )
        UPDATE emails AS e
           SET state = 'sending', attempts = e.attempts + 1, sender = $1, lease_until = $4 + $3
          FROM ready, frames AS f
         WHERE e.id = ready.id
           AND f.id = e.frame_id
        RETURNING e.id, e.kind, e.topic, f.language, e.person_id, e.meeting_id, e.frame_id, e.address, f.facts,
                  e.params, e.method, e.sequence, e.message_id, e.date, e.attempts, e.expires_at, e.correlation_id,
                  e.priority
        """,
        sender,
        most,
        lease,
        now,
    )
    return [_email(row) for row in sorted(rows, key=lambda row: (row["priority"], row["id"]))]


async def hand_back(conn: Connection, sender: str, emails: Sequence[int], lease_until: datetime | None) -> None:
    """Return e-mails that a sender took and did not try to send: those with these ids, and those of a whole claim."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'queued', attempts = attempts - 1, sender = NULL, lease_until = NULL
         WHERE state = 'sending'
           AND sender = $1
           AND (id = ANY($2::bigint[]) OR lease_until = $3)
        """,
        sender,
        emails,
        lease_until,
    )


async def take_back(conn: Connection, now: datetime, *, restarted: str | None = None) -> int:
    """Queue what was being sent by a sender whose lease is over, or who has just restarted; count it.

    Nobody knows whether the far server has it, so it goes out again with the same Message-ID and Date; unless its
    reader's calendar is to get something newer.
    """
    rows = await conn.fetch(
        """
        UPDATE emails AS e
           SET state = CASE WHEN is_overtaken(e) THEN 'obsolete' ELSE 'queued' END,
               may_have_arrived = true, sender = NULL, lease_until = NULL, next_attempt_at = $1
         WHERE e.state = 'sending'
           AND (e.lease_until < $1 OR e.sender = $2)
        RETURNING e.id
        """,
        now,
        restarted,
    )
    return len(rows)


async def record(conn: Connection, sender: str, attempts: Sequence[Attempt]) -> None:
    """Record what became of e-mails: what the far server has is sent, whoever may have taken it over meanwhile.

    What is to be tried again becomes obsolete where its reader's calendar is to get something newer.
    """
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = CASE WHEN a.state = 'queued' AND is_overtaken(e) THEN 'obsolete' ELSE a.state END,
               reply = a.reply,
               may_have_arrived = e.may_have_arrived OR a.may_have_arrived,
               sent_at = CASE WHEN a.state = 'sent' THEN a.at END,
               next_attempt_at = COALESCE(a.again_at, e.next_attempt_at),
               sender = NULL,
               lease_until = NULL
          FROM unnest($2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::timestamptz[], $7::timestamptz[])
            AS a (email_id, state, reply, may_have_arrived, at, again_at)
         WHERE e.id = a.email_id
           AND (e.state = 'sending' AND e.sender = $1 OR a.state = 'sent' AND e.state <> 'sent')
        """,
        sender,
        [attempt.email.id for attempt in attempts],
        [attempt.state for attempt in attempts],
        [attempt.outcome.reply for attempt in attempts],
        [attempt.outcome.may_have_arrived for attempt in attempts],
        [attempt.at for attempt in attempts],
        [attempt.again_at for attempt in attempts],
    )


async def add_deliveries(conn: Connection, sender: str, attempts: Sequence[Attempt]) -> None:
    """Keep each attempt."""
    await conn.execute(
        """
        INSERT INTO deliveries (email_id, at, sender, outcome, reply, fault)
        SELECT email_id, at, $1, outcome, reply, fault
          FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
            AS a (email_id, at, outcome, reply, fault)
        """,
        sender,
        [attempt.email.id for attempt in attempts],
        [attempt.at for attempt in attempts],
        [attempt.outcome.result for attempt in attempts],
        [attempt.outcome.reply for attempt in attempts],
        [attempt.outcome.fault for attempt in attempts],
    )


async def drop_cancellations_of_nothing(conn: Connection, emails: Sequence[int]) -> None:
    """Take back the cancellations to readers of some e-mails whom, as it turned out, no REQUEST ever reached."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'obsolete'
          FROM emails AS refused
         WHERE refused.id = ANY($1::bigint[])
           AND e.meeting_id = refused.meeting_id
           AND e.address = refused.address
           AND e.method = 'CANCEL'
           AND e.state IN ('queued', 'suppressed')
           AND NOT EXISTS (
               SELECT
                 FROM emails AS asked
                WHERE asked.meeting_id = e.meeting_id
                  AND asked.address = e.address
                  AND asked.method = 'REQUEST'
                  AND (asked.may_have_arrived OR asked.state = 'sending')
           )
        """,
        emails,
    )


async def give_up_expired(conn: Connection, now: datetime) -> None:
    """Give up what nobody needs any more."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'failed', reply = COALESCE(reply || '; ', '') || 'given up: its time is past'
         WHERE state = 'queued'
           AND expires_at <= $1
        """,
        now,
    )


async def next_due(conn: Connection) -> datetime | None:
    """Return when the e-mail that has waited longest was due, or None when nothing waits that may be mailed."""
    moment: datetime | None = await conn.fetchval(
        """
        SELECT min(next_attempt_at)
          FROM emails
         WHERE state = 'queued'
           AND topic NOT IN (SELECT topic FROM held_topics WHERE released_at IS NULL)
        """
    )
    return moment


def _email(row: asyncpg.Record) -> Email:
    columns = dict(row)
    del columns["priority"]
    return Email(**{**columns, "facts": json.loads(row["facts"]), "params": json.loads(row["params"])})
