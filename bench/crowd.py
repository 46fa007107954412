"""A crowd: meetings that many people are asked to, put straight into the schemas of meetings and notifications."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from deploy.local.demo.operator import operator
from services.notifications.domain import FACTS
from shared.contracts import meetings as contract

from .ours import OurServices

SERIES: dict[str, Any] = {
    "title": "Netværksmøde",
    "starts_at": "09:30",
    "minutes": 60,
    "mode": "hybrid",
    "link": "https://moede.handelsbyer.example/netvaerk",
    "place": "Rådhuset",
    "on_holiday": "ignore",
    # Not opened by the planner: nobody is in the network, and the crowd is put in by hand.
    "horizon_days": 1,
}


@dataclass(frozen=True)
class Crowd:
    """A meeting, and the people who are asked to it, always the same."""

    meeting: dict[str, Any]
    people: list[UUID]

    @property
    def meeting_id(self) -> UUID:
        return UUID(self.meeting["id"])


def person(number: int) -> UUID:
    """Return the id of one of the crowd."""
    return UUID(int=number + 1)


async def plan_meetings(services: OurServices, count: int, rule: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Plan meetings weeks ahead, each a series of its own or all by one rule; return them as the API shows them."""
    async with operator(services.url("meetings"), services.operator_token) as client:
        if rule:
            return await _plan(client, rule)
        first = (datetime.now(UTC) + timedelta(days=30)).date()
        rules = [{"kind": "single", "day": (first + timedelta(days=day)).isoformat()} for day in range(count)]
        return [meeting for each in rules for meeting in await _plan(client, each)]


async def _plan(client: httpx.AsyncClient, rule: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.post("/series", json={**SERIES, "recurrence": rule})
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["meetings"]
    return found


async def ask(conn: "asyncpg.Connection[asyncpg.Record]", meeting: dict[str, Any], count: int) -> Crowd:
    """Ask so many people to a meeting, as meetings keeps it."""
    people = [person(number) for number in range(count)]
    await conn.execute("UPDATE meetings.meetings SET opened_at = now() WHERE id = $1", UUID(meeting["id"]))
    await conn.execute(
        """
        INSERT INTO meetings.invitations (id, meeting_id, person_id, standing, sequence, dtstamp, last_modified,
                                          version)
        SELECT gen_random_uuid(), m.id, p, true, m.sequence, m.dtstamp, m.last_modified, 1
          FROM unnest($2::uuid[]) AS p, meetings.meetings AS m
         WHERE m.id = $1
        """,
        UUID(meeting["id"]),
        people,
    )
    return Crowd(meeting, people)


async def mailed(conn: "asyncpg.Connection[asyncpg.Record]", crowd: Crowd) -> None:
    """Have notifications know the crowd, and have sent everybody the invitation."""
    facts = _said(crowd.meeting).model_dump_json(include=FACTS)
    await conn.execute(
        """
        INSERT INTO notifications.people (id, name, address, language, version)
        SELECT p, 'Søren Ærøskøbing', p || '@town.example', CASE WHEN n % 10 = 0 THEN 'en' ELSE 'da' END, 1
          FROM unnest($1::uuid[]) WITH ORDINALITY AS u (p, n)
            ON CONFLICT DO NOTHING
        """,
        crowd.people,
    )
    await conn.execute(
        """
        INSERT INTO notifications.meetings (id, facts, starts_at, cancelled, version) VALUES ($1, $2, $3, false, 1)
        """,
        crowd.meeting_id,
        facts,
        datetime.fromisoformat(crowd.meeting["starts_at"]),
    )
    await conn.execute(
        """
        INSERT INTO notifications.invitations (meeting_id, person_id, standing, sequence, dtstamp, last_modified,
                                               version)
        SELECT meeting_id, person_id, standing, sequence, dtstamp, last_modified, version
          FROM meetings.invitations
         WHERE meeting_id = $1
        """,
        crowd.meeting_id,
    )
    await conn.execute(
        """
        WITH frame AS (
            INSERT INTO notifications.frames (kind, object_id, revision, language, facts, digest)
            VALUES ('invitation', $1, 1, 'da', $2, 'bench'), ('invitation', $1, 1, 'en', $2, 'bench')
            RETURNING id, language
        )
        INSERT INTO notifications.emails (dedupe, kind, topic, person_id, meeting_id, frame_id, address, params, method,
                                          revision, sequence, message_id, date, state, priority, next_attempt_at,
                                          attempts, may_have_arrived, sent_at, correlation_id)
        SELECT concat_ws(':', 'REQUEST', $1::text, p.id, 0, p.address), 'invitation', 'invitations', p.id, $1, frame.id,
               p.address, jsonb_build_object('name', p.name), 'REQUEST', 1, 0, '<' || p.id || '@bench.example>', now(),
               'sent', 2, now(), 1, true, now(), 'bench'
          FROM notifications.people AS p
          JOIN frame USING (language)
         WHERE p.id = ANY($3::uuid[])
        """,
        crowd.meeting_id,
        facts,
        crowd.people,
    )
    await conn.execute("ANALYZE")


def _said(meeting: dict[str, Any]) -> contract.Meeting:
    place = ", ".join(filter(None, (meeting["place"], meeting["address"]))) or None
    return contract.Meeting.model_validate({**meeting, "place": place, "version": 1})
