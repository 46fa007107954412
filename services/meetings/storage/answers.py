"""SQL of answers and places; whoever changes any has locked the meeting first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.database.pool import Connection
from shared.errors import NotFound

from ..answers import Answer, Attendance, Capacity, Places


async def lock_meetings(conn: Connection, meetings: Iterable[UUID]) -> None:
    """Hold some meetings, always in the same order."""
    await conn.execute(
        "SELECT FROM meetings WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", sorted(set(meetings))
    )


async def is_invited(conn: Connection, meeting_id: UUID, person_id: UUID) -> bool:
    """Say whether a person is asked to a meeting now."""
    return bool(
        await conn.fetchval(
            "SELECT standing FROM invitations WHERE meeting_id = $1 AND person_id = $2", meeting_id, person_id
        )
    )


async def get_capacity(conn: Connection, meeting_id: UUID) -> Capacity:
    """Return how many places a meeting has."""
    row = await conn.fetchrow("SELECT places_in_person, places_online FROM meetings WHERE id = $1", meeting_id)
    return Capacity(*row) if row else Capacity()


async def keep_capacity(conn: Connection, meeting_id: UUID, capacity: Capacity) -> None:
    """Keep how many places a meeting has."""
    await conn.execute(
        "UPDATE meetings SET places_in_person = $2, places_online = $3 WHERE id = $1",
        meeting_id,
        capacity.in_person,
        capacity.online,
    )


async def get_series_capacity(conn: Connection, series_id: UUID) -> Capacity:
    """Return how many places a series has; raise NotFound."""
    row = await conn.fetchrow("SELECT places_in_person, places_online FROM series WHERE id = $1", series_id)
    if row is None:
        raise NotFound("there is no such series")
    return Capacity(*row)


async def keep_series_capacity(conn: Connection, series_id: UUID, capacity: Capacity) -> None:
    """Keep how many places a series has."""
    await conn.execute(
        "UPDATE series SET places_in_person = $2, places_online = $3 WHERE id = $1",
        series_id,
        capacity.in_person,
        capacity.online,
    )


async def count_places(conn: Connection, meeting_id: UUID, capacity: Capacity) -> dict[Attendance, Places]:
    """Count, of each kind of place, those that somebody has, is offered or waits for."""
    rows = await conn.fetch(
        """
        SELECT kind AS attendance,
               count(*) FILTER (WHERE place = 'confirmed') AS confirmed,
               count(*) FILTER (WHERE place = 'offered')   AS offered,
               count(*) FILTER (WHERE place = 'waiting')   AS waiting,
               COALESCE(max(turn), 0)                      AS last_turn
          FROM (VALUES ('in_person'), ('online')) AS kinds (kind)
          LEFT JOIN answers AS a ON a.meeting_id = $1 AND a.attendance = kind AND a.place <> 'none'
         GROUP BY kind
        """,
        meeting_id,
    )
    return {
        attendance: Places(capacity.of(attendance), *counts)
        for attendance, *counts in (tuple(row.values()) for row in rows)
    }


async def get_answer(conn: Connection, meeting_id: UUID, person_id: UUID) -> Answer | None:
    """Return a person's answer to a meeting, where there is one."""
    row = await conn.fetchrow("SELECT * FROM answers WHERE meeting_id = $1 AND person_id = $2", meeting_id, person_id)
    return answer_of(row) if row else None


async def turn_in_line(conn: Connection, answer: Answer) -> int:
    """Return the how-manieth somebody is who waits."""
    turn: int = await conn.fetchval(
        """
        SELECT count(*)
          FROM answers
         WHERE meeting_id = $1
           AND attendance = $2
           AND place = 'waiting'
           AND turn <= $3
        """,
        answer.meeting_id,
        answer.attendance,
        answer.turn,
    )
    return turn


async def list_answers(
    conn: Connection, meeting_id: UUID, *, after: tuple[datetime, UUID] | None = None, most: int | None = None
) -> list[tuple[Answer, str | None]]:
    """List the answers to a meeting in the order in which they were given, each with the person's name if known.

    `after`: when the one before them was given and by whom.
    """
    rows = await conn.fetch(
        """
        SELECT a.*, p.name
          FROM answers AS a
          LEFT JOIN people AS p ON p.id = a.person_id
         WHERE a.meeting_id = $1
           AND ($2::timestamptz IS NULL OR (a.given_at, a.person_id) > ($2, $3::uuid))
         ORDER BY a.given_at, a.person_id
         LIMIT $4
        """,
        meeting_id,
        *(after or (None, None)),
        most,
    )
    return [(answer_of(row), row["name"]) for row in rows]


async def list_by_place(conn: Connection, meeting_id: UUID) -> list[Answer]:
    """List the answers to a meeting: who has or is offered a place first, then who waits, the next first."""
    rows = await conn.fetch(
        """
        SELECT *
          FROM answers
         WHERE meeting_id = $1
         ORDER BY turn NULLS FIRST, given_at, person_id
        """,
        meeting_id,
    )
    return [answer_of(row) for row in rows]


async def list_in_line(conn: Connection, meeting_id: UUID) -> list[Answer]:
    """List who waits for a place, the next first."""
    rows = await conn.fetch(
        "SELECT * FROM answers WHERE meeting_id = $1 AND place = 'waiting' ORDER BY turn", meeting_id
    )
    return [answer_of(row) for row in rows]


async def list_lapsed(conn: Connection, meeting_id: UUID, now: datetime) -> list[Answer]:
    """List whose offer of a place was let pass."""
    rows = await conn.fetch(
        "SELECT * FROM answers WHERE meeting_id = $1 AND place = 'offered' AND offered_until <= $2", meeting_id, now
    )
    return [answer_of(row) for row in rows]


async def list_with_places(conn: Connection, people: Mapping[UUID, Sequence[UUID]]) -> list[Answer]:
    """List the answers that have, are offered or wait for a place, of some people by meeting."""
    rows = await conn.fetch(
        """
        SELECT a.*
          FROM answers AS a
          JOIN unnest($1::uuid[], $2::uuid[]) AS t (meeting_id, person_id) USING (meeting_id, person_id)
         WHERE a.place <> 'none'
        """,
        [meeting_id for meeting_id, found in people.items() for _ in found],
        [person_id for found in people.values() for person_id in found],
    )
    return [answer_of(row) for row in rows]


async def list_with_places_uninvited(conn: Connection, meetings: Iterable[UUID]) -> list[Answer]:
    """List the answers to some meetings that have, are offered or wait for a place, of people who are not asked now."""
    rows = await conn.fetch(
        """
        SELECT a.*
          FROM answers AS a
         WHERE a.meeting_id = ANY($1::uuid[])
           AND a.place <> 'none'
           AND NOT EXISTS (
               SELECT FROM invitations AS i
                WHERE i.meeting_id = a.meeting_id AND i.person_id = a.person_id AND i.standing
           )
        """,
        list(meetings),
    )
    return [answer_of(row) for row in rows]


async def keep_answers(conn: Connection, answers: Sequence[Answer]) -> None:
    """Add answers, or keep what has changed about them."""
    await conn.execute(
        """
        INSERT INTO answers (meeting_id, person_id, choice, attendance, comment, given_at, place, turn, offered_until,
                             version)
        SELECT *
          FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                      $8::integer[], $9::timestamptz[], $10::integer[])
            ON CONFLICT (meeting_id, person_id) DO UPDATE
           SET choice = excluded.choice, attendance = excluded.attendance, comment = excluded.comment,
               given_at = excluded.given_at, place = excluded.place, turn = excluded.turn,
               offered_until = excluded.offered_until, version = excluded.version
        """,
        [answer.meeting_id for answer in answers],
        [answer.person_id for answer in answers],
        [answer.choice for answer in answers],
        [answer.attendance for answer in answers],
        [answer.comment for answer in answers],
        [answer.given_at for answer in answers],
        [answer.place for answer in answers],
        [answer.turn for answer in answers],
        [answer.offered_until for answer in answers],
        [answer.version for answer in answers],
    )


async def meetings_with_places_to_pass_on(conn: Connection, now: datetime) -> list[UUID]:
    """List the meetings to come where an offer was let pass, or somebody waits although there is a place."""
    rows = await conn.fetch(
        """
        SELECT m.id
          FROM meetings AS m
         WHERE m.status = 'scheduled'
           AND m.starts_at > $1
           AND m.id IN (SELECT meeting_id FROM answers WHERE place IN ('offered', 'waiting'))
           AND (EXISTS (
                   SELECT FROM answers AS a WHERE a.meeting_id = m.id AND a.place = 'offered' AND a.offered_until <= $1
                )
                OR EXISTS (
                   SELECT
                     FROM answers AS a
                    WHERE a.meeting_id = m.id
                      AND a.place <> 'none'
                    GROUP BY a.attendance
                   HAVING bool_or(a.place = 'waiting')
                      AND COALESCE(
                              count(*) FILTER (WHERE a.place <> 'waiting')
                              < CASE a.attendance WHEN 'in_person' THEN m.places_in_person ELSE m.places_online END,
                              true
                          )
                ))
         ORDER BY m.starts_at, m.id
        """,
        now,
    )
    return [row["id"] for row in rows]


def answer_of(row: asyncpg.Record) -> Answer:
    """Return the answer of a row of `answers`."""
    return Answer(
        meeting_id=row["meeting_id"],
        person_id=row["person_id"],
        choice=row["choice"],
        attendance=row["attendance"],
        comment=row["comment"],
        given_at=row["given_at"],
        place=row["place"],
        turn=row["turn"],
        offered_until=row["offered_until"],
        version=row["version"],
    )
