"""SQL of what waits for people who are reached elsewhere, or read another language, since it was queued."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from shared.database.pool import Connection


async def readdress_welcomes(conn: Connection, people: Iterable[UUID], now: datetime) -> None:
    """Send a welcome that got through nowhere to where its person is reached now."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET address = p.address, state = 'queued', date = $2, attempts = 0, failing_since = NULL,
               next_attempt_at = $2
          FROM people AS p
         WHERE p.id = e.person_id
           AND e.person_id = ANY($1::uuid[])
           AND p.address <> e.address
           AND e.kind = 'welcome'
           AND e.state IN ('queued', 'failed', 'suppressed')
           AND NOT e.may_have_arrived
        """,
        list(people),
        now,
    )


async def readdress_crisis_mails(conn: Connection, people: Iterable[UUID], today: date, now: datetime) -> None:
    """Send what was said last of a crisis that lasts, and got through nowhere, to where its person is reached now."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET address = p.address, state = 'queued', date = $3, attempts = 0, failing_since = NULL,
               next_attempt_at = $3
          FROM people AS p
          JOIN crisis_people AS t ON t.person_id = p.id
          JOIN crises AS c ON c.id = t.crisis_id AND c.last_day >= $2
          JOIN frames AS f ON f.object_id = c.id AND f.kind IN ('crisis_notice', 'crisis_summary', 'crisis_cancelled')
         WHERE p.id = ANY($1::uuid[])
           AND e.person_id = p.id
           AND e.meeting_id IS NULL
           AND p.address <> e.address
           AND e.frame_id = f.id
           AND e.revision = c.version
           AND e.state IN ('queued', 'failed', 'suppressed')
           AND NOT e.may_have_arrived
        """,
        list(people),
        today,
        now,
    )


async def translate_waiting(conn: Connection, people: Iterable[UUID]) -> None:
    """Write what some people were never sent in the language in which we write to them now; Message-ID and Date stay.

    What is in a sender's hand, and what may have arrived and is sent once more, stays as it was written.
    """
    await conn.execute(
        """
        WITH waiting AS (
            SELECT e.id, f.kind, f.object_id, f.revision, p.language, f.digest, f.facts
              FROM people AS p
              JOIN emails AS e ON e.person_id = p.id
              JOIN frames AS f ON f.id = e.frame_id AND f.language <> p.language
             WHERE p.id = ANY($1::uuid[])
               AND e.person_id = ANY($1::uuid[])
               AND e.state IN ('queued', 'muted', 'suppressed', 'failed')
               AND NOT e.may_have_arrived
             ORDER BY e.id
               FOR UPDATE OF e
        ),
        translated AS (
            INSERT INTO frames (kind, object_id, revision, language, digest, facts)
            SELECT DISTINCT ON (kind, object_id, revision, language, digest)
                   kind, object_id, revision, language, digest, facts
              FROM waiting
                ON CONFLICT (kind, object_id, revision, language, digest) DO UPDATE SET digest = excluded.digest
            RETURNING id, kind, object_id, revision, language, digest
        )
        UPDATE emails AS e
           SET frame_id = translated.id
          FROM waiting
          JOIN translated USING (kind, object_id, revision, language, digest)
         WHERE e.id = waiting.id
        """,
        list(people),
    )
