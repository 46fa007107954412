"""SQL of the queue: which e-mails a sender takes, what became of them, and what is given up."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

import asyncpg

from shared.database.pool import Connection

from ..domain import PRIORITIES, Attempt, Email, Language, Topic
from ..journal import Taken
from ..pacing import Pause

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
             WHERE topics.topic NOT IN (SELECT topic FROM held_topics WHERE released_at IS NULL)
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
               failing_since = CASE WHEN a.state = 'queued' THEN COALESCE(e.failing_since, a.at) END,
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
        [attempt.words for attempt in attempts],
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


async def give_up_tried(conn: Connection, since: datetime) -> None:
    """Give up what was tried in vain since then, or could not be for its domain's sake; not while it is held."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'failed', reply = COALESCE(reply || '; ', '') || 'given up: after two days'
         WHERE state = 'queued'
           AND failing_since < $1
           AND topic NOT IN (SELECT topic FROM held_topics WHERE released_at IS NULL)
        """,
        since,
    )


async def begin_anew(conn: Connection, topic: Topic) -> None:
    """Have what waits of a topic be tried for as long as if it had not been before."""
    await conn.execute(
        """
        UPDATE emails
           SET attempts = 0, failing_since = NULL
         WHERE state = 'queued'
           AND topic = $1
           AND failing_since IS NOT NULL
        """,
        topic,
    )


async def postpone(conn: Connection, pause: Pause, *, step: timedelta) -> None:
    """Have what waits for a domain wait longer, in order: one e-mail, a step later two, then four, and so on."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET next_attempt_at = $2 + $4::interval * floor(log(2, waiting.place))::float,
               failing_since = COALESCE(e.failing_since, $5),
               reply = COALESCE(e.reply, 'not tried, because the domain said: ' || $3::text)
          FROM (SELECT id, row_number() OVER (ORDER BY priority, next_attempt_at, id) AS place
                  FROM emails
                 WHERE state = 'queued'
                   AND lower(split_part(address, '@', 2)) = $1
                   AND next_attempt_at <= $2) AS waiting
         WHERE e.id = waiting.id
           AND e.state = 'queued'
        """,
        pause.domain,
        pause.until,
        pause.reply,
        step,
        pause.since,
    )


async def record_taken(conn: Connection, sender: str, taken: Sequence[Taken]) -> int:
    """Record as sent what a journal says the far server has, and the database does not know; count it."""
    rows = await conn.fetch(
        """
        WITH recorded AS (
            UPDATE emails AS e
               SET state = 'sent', reply = t.reply, sent_at = t.at, may_have_arrived = true, sender = NULL,
                   lease_until = NULL
              FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::text[]) AS t (id, message_id, at, reply)
             WHERE e.id = t.id
               AND e.message_id = t.message_id
               AND e.state <> 'sent'
            RETURNING e.id, e.sent_at, e.reply
        )
        INSERT INTO deliveries (email_id, at, sender, outcome, reply)
        SELECT id, sent_at, $1, 'accepted', reply FROM recorded
        RETURNING email_id
        """,
        sender,
        [each.email_id for each in taken],
        [each.message_id for each in taken],
        [each.at for each in taken],
        [each.reply for each in taken],
    )
    return len(rows)


async def overdue_senders(conn: Connection, now: datetime) -> list[str]:
    """List the senders whose lease on something is over."""
    rows = await conn.fetch(
        "SELECT DISTINCT sender FROM emails WHERE state = 'sending' AND lease_until < $1 ORDER BY sender", now
    )
    return [row["sender"] for row in rows]


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
