"""SQL of what is due: how things are, what was mailed before, and what is taken back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.database.pool import Connection

from ..domain import Kind
from ..situations import Mailed, Situation
from ..welcomes import Newcomer

# Invitations that something happened to, as (meeting, person), each with the correlation id of what it was.
Touched = Mapping[tuple[UUID, UUID], str]
History = dict[tuple[UUID, UUID], list[Mailed]]


async def situations(conn: Connection, touched: Touched) -> list[Situation]:
    """Return how things are with some invitations, except where the person is not known yet."""
    rows = await conn.fetch(
        """
        SELECT t.meeting_id, t.person_id, p.name, p.address, p.language,
               p.id IN (SELECT person_id FROM preferences WHERE topic = 'invitations') AS muted,
               i.standing, m.cancelled, m.reason, m.version AS revision,
               GREATEST(i.sequence, m.sequence) AS sequence,
               CASE WHEN m.sequence > i.sequence THEN m.dtstamp ELSE i.dtstamp END AS dtstamp,
               CASE WHEN m.sequence > i.sequence THEN m.last_modified ELSE i.last_modified END AS last_modified,
               a.answer, a.place_state, a.attendance, a.offered_until, a.taken_version, a.version AS answer_version,
               t.correlation_id
          FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (meeting_id, person_id, correlation_id)
          JOIN invitations AS i USING (meeting_id, person_id)
          JOIN meetings AS m ON m.id = t.meeting_id
          JOIN people AS p ON p.id = t.person_id
          LEFT JOIN answers AS a USING (meeting_id, person_id)
        """,
        [meeting_id for meeting_id, _ in touched],
        [person_id for _, person_id in touched],
        list(touched.values()),
    )
    facts = await _facts(conn, {row["meeting_id"] for row in rows})
    return [Situation(facts[row["meeting_id"]], *row) for row in rows]


async def hold(conn: Connection, touched: Touched) -> set[Kind]:
    """Lock what was mailed of some invitations and is not sent; return of which kinds there is any.

    Until the transaction ends no sender takes any of it: what is found to wait can still be taken back. A statement of
    its own, so that the next one sees what was done while this one waited.
    """
    rows = await conn.fetch(
        """
        SELECT e.kind
          FROM emails AS e
          JOIN unnest($1::uuid[], $2::uuid[]) AS t (meeting_id, person_id) USING (meeting_id, person_id)
         WHERE e.meeting_id = ANY($3::uuid[])  -- spares going through the e-mails of all meetings
           AND e.state <> 'sent'
         ORDER BY e.id
           FOR UPDATE OF e
        """,
        [meeting_id for meeting_id, _ in touched],
        [person_id for _, person_id in touched],
        list({meeting_id for meeting_id, _ in touched}),
    )
    return {row["kind"] for row in rows}


async def history(conn: Connection, touched: Touched) -> History:
    """Return what calendars were mailed of each meeting, to its person or to the address that the person has now."""
    rows = await conn.fetch(
        """
        WITH touched AS (
            SELECT t.meeting_id, t.person_id, p.address
              FROM unnest($1::uuid[], $2::uuid[]) AS t (meeting_id, person_id)
              JOIN people AS p ON p.id = t.person_id
        ),
        of_meetings AS (
            SELECT meeting_id, frame_id, id, person_id, address, method, revision, sequence, state, may_have_arrived,
                   message_id
              FROM emails
             WHERE meeting_id = ANY($3::uuid[])
               AND method IS NOT NULL
        ),
        concerning AS (
            SELECT t.person_id AS whom, e.*
              FROM touched AS t
              JOIN of_meetings AS e USING (meeting_id, person_id)
             UNION ALL
            SELECT t.person_id, e.*
              FROM touched AS t
              JOIN of_meetings AS e USING (meeting_id, address)
             WHERE e.person_id <> t.person_id
        )
        SELECT e.meeting_id, e.whom, e.frame_id,
               e.id, e.person_id, e.address, e.method, e.revision, e.sequence, e.state, e.may_have_arrived,
               e.message_id,
               EXISTS (
                   SELECT
                     FROM people AS other
                    WHERE other.address = e.address
                      AND other.id <> e.person_id
                      AND (SELECT standing FROM invitations WHERE meeting_id = e.meeting_id AND person_id = other.id)
               ) AS shared
          FROM concerning AS e
         ORDER BY e.id
        """,
        [meeting_id for meeting_id, _ in touched],
        [person_id for _, person_id in touched],
        list({meeting_id for meeting_id, _ in touched}),
    )
    facts = await _facts_of_frames(conn, {row["frame_id"] for row in rows})
    found: History = {}
    for row in rows:
        found.setdefault(row[:2], []).append(Mailed(facts[row[2]], *row[3:]))
    return found


async def mark_obsolete(conn: Connection, emails: Sequence[int]) -> None:
    """Take back e-mails that still wait."""
    await conn.execute(
        """
        UPDATE emails
           SET state = 'obsolete'
         WHERE id = ANY($1::bigint[])
           AND state IN ('queued', 'muted', 'suppressed')
        """,
        emails,
    )


async def drop_place_mails(conn: Connection, touched: Touched, but: Sequence[str]) -> None:
    """Take back what waits to be said of places in some invitations, but what has one of these keys."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'obsolete'
          FROM unnest($1::uuid[], $2::uuid[]) AS t (meeting_id, person_id)
         WHERE e.meeting_id = t.meeting_id
           AND e.person_id = t.person_id
           AND e.kind IN ('offer', 'confirmation')
           AND e.state IN ('queued', 'suppressed')
           AND e.dedupe <> ALL($3::text[])
        """,
        [meeting_id for meeting_id, _ in touched],
        [person_id for _, person_id in touched],
        but,
    )


async def newcomers(conn: Connection, people: Iterable[UUID]) -> list[Newcomer]:
    """List who of some people we know, acts for a member that we know, and was never welcomed."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (p.id)
               p.id, p.name, p.address, p.language, m.role, o.organisation_id, o.name, o.town, o.version
          FROM people AS p
          JOIN mandates AS m ON m.person_id = p.id AND m.current
          JOIN members AS o ON o.organisation_id = m.organisation_id AND o.active
         WHERE p.id = ANY($1::uuid[])
           AND NOT EXISTS (
               SELECT
                 FROM emails AS e
                WHERE e.person_id = p.id
                  AND e.person_id = ANY($1::uuid[])  -- spares going through all welcomes
                  AND e.kind = 'welcome'
           )
         ORDER BY p.id, m.starts_on, m.id
        """,
        list(people),
    )
    return [Newcomer(*row) for row in rows]


async def _facts(conn: Connection, meetings: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    rows = await conn.fetch("SELECT id, facts FROM meetings WHERE id = ANY($1::uuid[])", list(meetings))
    return {row["id"]: json.loads(row["facts"]) for row in rows}


async def _facts_of_frames(conn: Connection, frames: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    rows = await conn.fetch(
        "SELECT id, facts - 'before' AS facts FROM frames WHERE id = ANY($1::bigint[])", list(frames)
    )
    return {row["id"]: json.loads(row["facts"]) for row in rows}
