"""SQL of calendar feeds: what is in them, whether that has changed, and which address is good."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from shared.clock import midnight
from shared.contracts.membership import Language
from shared.database.pool import Connection

from ..calendar import Revision
from ..domain import whole_place
from ..feed import CANCELLED_KEPT, PAST_KEPT, Entry, FeedState


async def private_feed_states(conn: Connection, people: Sequence[UUID], day: date) -> list[tuple[UUID, FeedState]]:
    """List the state of each of some people's feeds; who is not known has one that is empty.

    A change of an invitation or of its meeting raises the version of the invitation, and none is ever removed: so no
    two contents have the same sum and lack the same meetings, those that were declined.
    """
    rows = await conn.fetch(
        """
        SELECT w.person_id, COALESCE(a.generation, 0) AS generation, p.language,
               concat_ws('-', i.versions, d.meetings) AS content
          FROM unnest($1::uuid[]) AS w (person_id)
          LEFT JOIN feed_addresses AS a ON a.person_id = w.person_id
          LEFT JOIN people AS p ON p.id = w.person_id
         CROSS JOIN LATERAL (
               SELECT COALESCE(sum(version), 0) AS versions FROM invitations WHERE person_id = w.person_id
               ) AS i
         CROSS JOIN LATERAL (
               SELECT md5(string_agg(meeting_id::text, ',' ORDER BY meeting_id)) AS meetings
                 FROM answers
                WHERE person_id = w.person_id
                  AND choice = 'declined'
               ) AS d
        """,
        people,
    )
    return [
        (row["person_id"], FeedState(row["generation"], _language(row["language"]), day, row["content"]))
        for row in rows
    ]


async def public_feed_state(conn: Connection, day: date) -> FeedState:
    """Return the state of the feed of public meetings, which is in Danish."""
    content = await conn.fetchval(
        """
        SELECT COALESCE(md5(string_agg(concat_ws(' ', meeting_id, sequence), ',' ORDER BY meeting_id)), '')
          FROM public_entries
        """
    )
    return FeedState(0, "da", day, content)


async def private_entries(conn: Connection, person_id: UUID, day: date) -> list[Entry]:
    """List what is in a person's feed on a day, in the order of time."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM private_entries
         WHERE person_id = $1
           AND ends_at > $2
           AND NOT (cancelled AND last_modified <= $3)
         ORDER BY starts_at, meeting_id
        """,
        person_id,
        midnight(day) - PAST_KEPT,
        midnight(day) - CANCELLED_KEPT,
    )
    return [_entry(row) for row in rows]


async def public_entries(conn: Connection, day: date) -> list[Entry]:
    """List what is in the feed of public meetings on a day, in the order of time."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM public_entries
         WHERE ends_at > $1
           AND NOT (cancelled AND last_modified <= $2)
         ORDER BY starts_at, meeting_id
        """,
        midnight(day) - PAST_KEPT,
        midnight(day) - CANCELLED_KEPT,
    )
    return [_entry(row) for row in rows]


async def replace_feed_address(conn: Connection, person_id: UUID, now: datetime) -> None:
    """Have another address be the good one from now on."""
    await conn.execute(
        """
        INSERT INTO feed_addresses AS a (person_id, generation, replaced_at)
        VALUES ($1, 1, $2)
            ON CONFLICT (person_id) DO UPDATE
           SET generation = a.generation + 1, replaced_at = excluded.replaced_at
        """,
        person_id,
        now,
    )


def _language(known: str | None) -> Language:
    return "en" if known == "en" else "da"


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        uid=row["uid"],
        title=row["title"],
        mode=row["mode"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        place=whole_place(row["place"], row["address"]),
        host_town=row["host_town"],
        link=row["link"],
        cancelled=row["cancelled"],
        revision=Revision(row["sequence"], row["dtstamp"], row["last_modified"]),
    )
