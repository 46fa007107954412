"""SQL of calendar feeds: what is in them, whether that has changed, and which address is good."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.database.pool import Connection

from ..calendar import Revision
from ..feed import CANCELLED_KEPT, PAST_KEPT, Entry, FeedState


async def private_feed_states(conn: Connection, people: Sequence[UUID], now: datetime) -> list[tuple[UUID, FeedState]]:
    """List the state of each of some people's feeds; who is not known has one that is empty."""
    rows = await conn.fetch(
        """
        SELECT w.person_id, COALESCE(a.generation, 0) AS generation, p.language, e.digest
          FROM unnest($1::uuid[]) AS w (person_id)
          LEFT JOIN feed_addresses AS a ON a.person_id = w.person_id
          LEFT JOIN people AS p ON p.id = w.person_id
         CROSS JOIN LATERAL (
               SELECT md5(string_agg(concat_ws(' ', meeting_id, sequence, EXTRACT(epoch FROM dtstamp)), ','
                                     ORDER BY meeting_id)) AS digest
                 FROM private_entries
                WHERE person_id = w.person_id
                  AND ends_at > $2
                  AND NOT (cancelled AND last_modified <= $3)
               ) AS e
        """,
        people,
        now - PAST_KEPT,
        now - CANCELLED_KEPT,
    )
    return [(row["person_id"], _state(row)) for row in rows]


async def public_feed_state(conn: Connection, now: datetime) -> FeedState:
    """Return the state of the feed of public meetings, which is in Danish."""
    digest = await conn.fetchval(
        """
        SELECT md5(string_agg(concat_ws(' ', meeting_id, sequence, EXTRACT(epoch FROM dtstamp)), ','
                              ORDER BY meeting_id))
          FROM public_entries
         WHERE ends_at > $1
           AND NOT (cancelled AND last_modified <= $2)
        """,
        now - PAST_KEPT,
        now - CANCELLED_KEPT,
    )
    return FeedState(0, "da", digest or "")


async def private_entries(conn: Connection, person_id: UUID, now: datetime) -> list[Entry]:
    """List what is in a person's feed, in the order of time."""
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
        now - PAST_KEPT,
        now - CANCELLED_KEPT,
    )
    return [_entry(row) for row in rows]


async def public_entries(conn: Connection, now: datetime) -> list[Entry]:
    """List what is in the feed of public meetings, in the order of time."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM public_entries
         WHERE ends_at > $1
           AND NOT (cancelled AND last_modified <= $2)
         ORDER BY starts_at, meeting_id
        """,
        now - PAST_KEPT,
        now - CANCELLED_KEPT,
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


def _state(row: asyncpg.Record) -> FeedState:
    return FeedState(row["generation"], "en" if row["language"] == "en" else "da", row["digest"] or "")


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        uid=row["uid"],
        title=row["title"],
        mode=row["mode"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        place=", ".join(filter(None, (row["place"], row["address"]))) or None,
        host_town=row["host_town"],
        link=row["link"],
        cancelled=row["cancelled"],
        revision=Revision(row["sequence"], row["dtstamp"], row["last_modified"]),
    )
