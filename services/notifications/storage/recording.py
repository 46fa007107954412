"""SQL that records what became of e-mails."""

from collections.abc import Sequence

from shared.database.pool import Connection

from ..domain import Attempt
from ..sending.journal import Taken


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
