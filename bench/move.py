"""A meeting with 10,000 invited people is moved: how soon their e-mails are queued, and how others answer meanwhile."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

import asyncpg
import httpx

from .crowd import Crowd, ask, mailed, person, plan_meetings
from .http_load import Connection, post
from .options import Options
from .ours import OurServices, our_services
from .report import Result, Row, at_most, progress, under
from .servers import Servers
from .verdict import WrongEnd

PEOPLE = 10_000
# Who answers meanwhile, to another meeting, and how often.
OTHERS = 2_000
PAUSE_SECONDS = 0.01
AT_REST_SECONDS = 3.0
LOOK_SECONDS = 0.005
MOST_SECONDS = 60
QUEUED, INSERTED, MEANWHILE, AT_REST = "queued", "plain insert", "answers meanwhile", "answers at rest"
MOST_TIMES_INSERT, MOST_MILLISECONDS = 2, 100
# Nobody delivers, so that nothing but the queueing is measured.
ARGUMENTS = {"notifications": ["--only", "web", "--only", "subscribers"]}

Figures = dict[str, list[float]]


@dataclass(frozen=True)
class Course:
    """What every round needs."""

    services: OurServices
    conn: "asyncpg.Connection[asyncpg.Record]"
    other: Crowd


async def measure(servers: Servers, options: Options) -> Result:
    """Move one meeting a round, in turn with an insert of the same rows by nothing but the driver; others answer
    during both.
    """
    async with our_services(servers, arguments=ARGUMENTS) as (services, database_url):
        for service in ("meetings", "notifications"):
            await services.start(service)
        conn = await asyncpg.connect(database_url)
        other, *meetings = await plan_meetings(services, 1 + options.rounds)
        course = Course(services, conn, await ask(conn, other, OTHERS))
        figures: Figures = {name: [] for name in (QUEUED, INSERTED, MEANWHILE, AT_REST)}
        for meeting in meetings:
            crowd = await ask(conn, meeting, PEOPLE)
            await mailed(conn, crowd)
            figures[AT_REST].append(_p99(await _answer(course, asyncio.sleep(AT_REST_SECONDS))))
            queued = asyncio.create_task(_move(course, crowd))
            figures[MEANWHILE].append(_p99(await _answer(course, asyncio.shield(queued))))
            figures[QUEUED].append(await queued)
            inserted = asyncio.create_task(_insert(conn, crowd))
            await _answer(course, asyncio.shield(inserted))
            figures[INSERTED].append(await inserted)
            progress("move: " + ", ".join(f"{name} {found[-1]:.3f} s" for name, found in figures.items()))
        await conn.close()
    return Result(_rows(figures), figures)


async def _move(course: Course, crowd: Crowd) -> float:
    """Move the meeting by an hour; return the seconds from when notifications hears it until all mails are queued."""
    later = datetime.fromisoformat(crowd.meeting["starts_at"]) + timedelta(hours=1)
    headers = {"Authorization": f"Bearer {course.services.operator_token}"}
    url = course.services.url("meetings")
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=MOST_SECONDS) as client:
        moved = await client.post(f"/meetings/{crowd.meeting_id}/move", json={"starts_at": later.isoformat()})
    moved.raise_for_status()
    async with asyncio.timeout(MOST_SECONDS):
        while not await _queued(course.conn, crowd):
            await asyncio.sleep(LOOK_SECONDS)
    seen = time.time()
    began, people = await course.conn.fetchrow(
        """
        SELECT min(date), count(DISTINCT person_id)
          FROM notifications.emails
         WHERE meeting_id = $1
           AND kind = 'update'
        """,
        crowd.meeting_id,
    ) or (None, 0)
    if people != PEOPLE or began is None:
        raise WrongEnd(f"{people} people are told of the move, not {PEOPLE}")
    return float(seen - began.timestamp())


async def _queued(conn: "asyncpg.Connection[asyncpg.Record]", crowd: Crowd) -> bool:
    """Say whether any is there: they are queued in one transaction."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM notifications.emails WHERE meeting_id = $1 AND kind = 'update')",
            crowd.meeting_id,
        )
    )


async def _answer(course: Course, until: Any) -> list[float]:
    """Answer to the other meeting, one after another, until something else is done; return what each took."""
    connection = await Connection.to(course.services.url("meetings"))
    path, token = f"/meetings/{course.other.meeting_id}/answers", f"Bearer {course.services.operator_token}"
    ended = asyncio.ensure_future(until)
    taken: list[float] = []
    while not ended.done():
        said = {"person_id": str(person(len(taken) % OTHERS)), "answer": "accepted", "attendance": "online"}
        began = time.perf_counter()
        answer = await connection.ask(post(path, json.dumps(said).encode(), Authorization=token))
        taken.append(time.perf_counter() - began)
        if answer.status != 200:
            raise WrongEnd(f"an answer was answered with {answer.status}")
        await asyncio.sleep(PAUSE_SECONDS)
    connection.close()
    await ended
    return taken


async def _insert(conn: "asyncpg.Connection[asyncpg.Record]", crowd: Crowd) -> float:
    """Insert the same rows into a table that is made alike, in one transaction; return the seconds."""
    rows = await conn.fetch(
        "SELECT * FROM notifications.emails WHERE meeting_id = $1 AND kind = 'update'", crowd.meeting_id
    )
    await conn.execute("CREATE TABLE plain (LIKE notifications.emails INCLUDING ALL EXCLUDING IDENTITY)")
    await conn.execute("ALTER TABLE plain ADD FOREIGN KEY (frame_id) REFERENCES notifications.frames")
    marks = ", ".join(f"${number + 1}" for number in range(len(rows[0])))
    values = [tuple(row) for row in rows]
    began = time.perf_counter()
    async with conn.transaction():
        await conn.executemany(f"INSERT INTO plain VALUES ({marks})", values)
    taken = time.perf_counter() - began
    await conn.execute("DROP TABLE plain")
    return taken


def _p99(taken: Sequence[float]) -> float:
    return quantiles(taken, n=100, method="inclusive")[98]


def _rows(figures: Mapping[str, Sequence[float]]) -> list[Row]:
    found = {name: median(each) for name, each in figures.items()}
    answers = {name: 1000 * found[name] for name in (MEANWHILE, AT_REST)}
    return [
        Row(
            f"{PEOPLE:,} e-mails of a move {QUEUED}",
            "s",
            found[QUEUED],
            found[INSERTED],
            INSERTED,
            at_most(MOST_TIMES_INSERT),
        ),
        Row(f"{MEANWHILE}, p99", "ms", answers[MEANWHILE], answers[AT_REST], AT_REST, under(MOST_MILLISECONDS, "ms")),
    ]
