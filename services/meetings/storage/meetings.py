"""SQL of meetings."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import asyncpg

from shared.database.pool import Connection
from shared.errors import NotFound

from ..answers import Capacity
from ..calendar import Revision
from ..domain import Meeting


async def add_meetings(conn: Connection, meetings: Iterable[Meeting]) -> None:
    """Add meetings with the places of their series, except where the series' day has one already."""
    await conn.executemany(
        """
        INSERT INTO meetings (id, series_id, occurrence, uid, title, mode, starts_at, ends_at, place, address,
                              host_town, link, agenda, status, sequence, dtstamp, last_modified, version,
                              crisis_id, places_in_person, places_online)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
               places_in_person, places_online
          FROM series
         WHERE id = $2
            ON CONFLICT (series_id, occurrence) DO NOTHING
        """,
        [
            (
                meeting.id,
                meeting.series_id,
                meeting.occurrence,
                meeting.uid,
                meeting.title,
                meeting.mode,
                meeting.starts_at,
                meeting.ends_at,
                meeting.place,
                meeting.address,
                meeting.host_town,
                meeting.link,
                meeting.agenda,
                meeting.status,
                meeting.revision.sequence,
                meeting.revision.dtstamp,
                meeting.revision.last_modified,
                meeting.version,
                meeting.crisis_id,
            )
            for meeting in meetings
        ],
    )


async def get_meeting(conn: Connection, meeting_id: UUID) -> Meeting:
    """Return a meeting; raise NotFound."""
    row = await conn.fetchrow("SELECT * FROM meetings WHERE id = $1", meeting_id)
    if row is None:
        raise NotFound("there is no such meeting")
    return read_meeting(row)


async def lock_meeting(conn: Connection, meeting_id: UUID) -> Meeting:
    """Return a meeting, held until the end of the transaction: one process at a time changes its answers and places.

    Raises NotFound.
    """
    row = await conn.fetchrow("SELECT * FROM meetings WHERE id = $1 FOR NO KEY UPDATE", meeting_id)
    if row is None:
        raise NotFound("there is no such meeting")
    return read_meeting(row)


async def lock_meetings_to_come(conn: Connection, series_id: UUID, capacity: Capacity, now: datetime) -> list[Meeting]:
    """Hold the meetings to come of a series that have so many places, always in the same order."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM meetings
         WHERE series_id = $1
           AND (status = 'scheduled' AND crisis_id IS NULL OR paused_by IS NOT NULL)
           AND starts_at > $2
           AND places_in_person IS NOT DISTINCT FROM $3
           AND places_online IS NOT DISTINCT FROM $4
         ORDER BY id
           FOR NO KEY UPDATE
        """,
        series_id,
        now,
        capacity.in_person,
        capacity.online,
    )
    return [read_meeting(row) for row in rows]


async def list_meetings(conn: Connection, *, since: datetime, series_id: UUID | None) -> list[Meeting]:
    """List the meetings that begin at a moment or later, of one series or of all."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM meetings
         WHERE starts_at >= $1
           AND ($2::uuid IS NULL OR series_id = $2)
         ORDER BY starts_at, id
        """,
        since,
        series_id,
    )
    return [read_meeting(row) for row in rows]


async def meetings_after(
    conn: Connection, after: tuple[datetime, UUID] | None, most: int, *, since: datetime, series_id: UUID | None
) -> list[Meeting]:
    """List so many of the meetings that begin at `since` or later, of one series or of all: those after a position."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM meetings
         WHERE starts_at >= $1
           AND ($2::uuid IS NULL OR series_id = $2)
           AND ($3::timestamptz IS NULL OR (starts_at, id) > ($3, $4::uuid))
         ORDER BY starts_at, id
         LIMIT $5
        """,
        since,
        series_id,
        *(after or (None, None)),
        most,
    )
    return [read_meeting(row) for row in rows]


async def meetings_between(conn: Connection, since: datetime, until: datetime) -> list[Meeting]:
    """List the meetings that begin at a moment or later, but before another."""
    rows = await conn.fetch(
        "SELECT * FROM meetings WHERE starts_at >= $1 AND starts_at < $2 ORDER BY starts_at, id", since, until
    )
    return [read_meeting(row) for row in rows]


async def meetings_by_day(conn: Connection, series_id: UUID, since: date) -> dict[date, Meeting]:
    """Return the meetings of a series of which the day by the rule is `since` or later, by that day."""
    rows = await conn.fetch(
        "SELECT * FROM meetings WHERE series_id = $1 AND occurrence >= $2 ORDER BY occurrence", series_id, since
    )
    return {row["occurrence"]: read_meeting(row) for row in rows}


async def meetings_to_come(conn: Connection, series_id: UUID, since: datetime) -> list[Meeting]:
    """List the meetings of a series that are to begin at a moment or later, or would if they were not paused."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM meetings
         WHERE series_id = $1
           AND (status = 'scheduled' OR paused_by IS NOT NULL)
           AND starts_at >= $2
         ORDER BY starts_at, id
        """,
        series_id,
        since,
    )
    return [read_meeting(row) for row in rows]


async def open_meetings(conn: Connection, now: datetime) -> list[Meeting]:
    """List the meetings still to come to which whoever is in the group is asked."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM meetings
         WHERE status = 'scheduled'
           AND starts_at > $1
           AND opened_at IS NOT NULL
         ORDER BY starts_at, id
        """,
        now,
    )
    return [read_meeting(row) for row in rows]


async def keep_meeting(conn: Connection, meeting: Meeting) -> None:
    """Keep what has changed about a meeting."""
    await conn.execute(
        """
        UPDATE meetings
           SET occurrence = $2, mode = $3, starts_at = $4, ends_at = $5, place = $6, address = $7, host_town = $8,
               link = $9, agenda = $10, status = $11, reason = $12, changed_by_hand = $13,
               sequence = $14, dtstamp = $15, last_modified = $16, version = $17, paused_by = $18
         WHERE id = $1
        """,
        meeting.id,
        meeting.occurrence,
        meeting.mode,
        meeting.starts_at,
        meeting.ends_at,
        meeting.place,
        meeting.address,
        meeting.host_town,
        meeting.link,
        meeting.agenda,
        meeting.status,
        meeting.reason,
        meeting.changed_by_hand,
        meeting.revision.sequence,
        meeting.revision.dtstamp,
        meeting.revision.last_modified,
        meeting.version,
        meeting.paused_by,
    )


def read_meeting(row: asyncpg.Record) -> Meeting:
    """Return a meeting that was stored."""
    return Meeting(
        id=row["id"],
        series_id=row["series_id"],
        occurrence=row["occurrence"],
        uid=row["uid"],
        title=row["title"],
        mode=row["mode"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        place=row["place"],
        address=row["address"],
        host_town=row["host_town"],
        link=row["link"],
        agenda=row["agenda"],
        status=row["status"],
        reason=row["reason"],
        changed_by_hand=row["changed_by_hand"],
        revision=Revision(row["sequence"], row["dtstamp"], row["last_modified"]),
        version=row["version"],
        crisis_id=row["crisis_id"],
        paused_by=row["paused_by"],
    )
