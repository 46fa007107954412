"""What follows for the other services: each must hear every event, and keep the newest state of everything."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bench.passage import OLDEST, Pool, until
from bench.right_end import faults_in, faults_in_queues
from bench.servers import ANSWERS, SYSTEM, Servers
from bench.verdict import WrongEnd
from deploy.local.program import Program

from .end import faults_of_tables
from .expected import Expected, Rows, written
from .rows import Row

HEARERS = ("meetings", "notifications")
PAUSE_SECONDS, LAST_ANSWER_SECONDS = 0.1, 10
COPIES = {
    "meetings.members": "SELECT to_jsonb(t) FROM meetings.members AS t",
    "meetings.people": "SELECT to_jsonb(t) FROM meetings.people AS t",
    "meetings.mandates": "SELECT to_jsonb(t) FROM meetings.mandates AS t",
    "notifications.members": """
        SELECT to_jsonb(t) - 'organisation_id' || jsonb_build_object('id', organisation_id)
          FROM notifications.members AS t
        """,
    "notifications.people": "SELECT to_jsonb(t) FROM notifications.people AS t",
    "notifications.mandates": "SELECT to_jsonb(t) FROM notifications.mandates AS t",
}
COLUMNS = {
    "meetings.members": ("id", "name", "town", "region", "active", "version"),
    "meetings.people": ("id", "name", "language", "version"),
    "meetings.mandates": ("id", "organisation_id", "person_id", "current", "version"),
    "notifications.members": ("id", "name", "town", "active", "version"),
    "notifications.people": ("id", "name", "address", "language", "version"),
    "notifications.mandates": ("id", "organisation_id", "person_id", "role", "starts_on", "current", "version"),
}
SAID = "SELECT event_id FROM membership.outbox WHERE exchange = 'membership.events'"
# Whoever acts for a member is welcomed, and nobody twice; who acted for one no longer when that was heard is not.
NOT_WELCOMED_ONCE = """
    SELECT count(*)
      FROM notifications.people AS p
      LEFT JOIN (
           SELECT person_id, count(*) AS times FROM notifications.emails WHERE kind = 'welcome' GROUP BY person_id
      ) AS w ON w.person_id = p.id
     WHERE w.times > 1
        OR w.times IS NULL
       AND EXISTS (
           SELECT
             FROM notifications.mandates AS ma
             JOIN notifications.members AS o USING (organisation_id)
            WHERE ma.person_id = p.id AND ma.current AND o.active
       )
    """


async def pass_on(
    servers: Servers, pool: Pool, relay: Program, watched: Mapping[str, Program], expected: Expected
) -> float:
    """Let the relay say what follows; return the seconds until both other services have heard everything.

    Raises:
        WrongEnd: something was lost, came twice, or is not the newest.
    """
    said = Counter(row["event_id"] for row in await pool.fetch(SAID))
    async with _register_listens(servers) as answers:
        began = time.perf_counter()
        relay.start()
        for hearer in HEARERS:
            await until(pool, f"SELECT count(*) FROM {hearer}.inbox", len(said), watched)
        while await pool.fetchval(OLDEST["membership"]):
            await asyncio.sleep(PAUSE_SECONDS)
        seconds = time.perf_counter() - began
        faults = await _faults_in_answers(answers, expected)
    faults += await faults_of_tables(pool, COPIES, _copies(expected)) + await _faults_of_hearing(pool, said)
    async with await aio_pika.connect(servers.amqp_url("operator")) as connection:
        faults += await faults_in_queues(await connection.channel())
    if faults:
        raise WrongEnd("\n".join(faults))
    return seconds


@asynccontextmanager
async def _register_listens(servers: Servers) -> AsyncIterator["Counter[tuple[str, str]]"]:
    """Have the register take its answers as they come, as its queue keeps the newest ones only."""
    answers: Counter[tuple[str, str]] = Counter()

    async def take(message: AbstractIncomingMessage) -> None:
        answers[str(message.headers["ce-type"]), json.loads(message.body)["message_id"]] += 1

    async with await aio_pika.connect(servers.amqp_url(SYSTEM)) as connection:
        channel = await connection.channel()
        await (await channel.get_queue(ANSWERS, ensure=False)).consume(take, no_ack=True)
        yield answers


async def _faults_in_answers(answers: "Counter[tuple[str, str]]", expected: Expected) -> list[str]:
    wanted: Counter[tuple[str, str]] = Counter()
    for answer, times in expected.tables["answers"].items():
        row = json.loads(answer)
        wanted[row["type"], row["message_id"]] += times
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_ANSWER_SECONDS):
            while answers.total() < wanted.total():
                await asyncio.sleep(PAUSE_SECONDS)
    return list(faults_in(ANSWERS, wanted, answers))


async def _faults_of_hearing(pool: Pool, said: "Counter[str]") -> list[str]:
    faults: list[str] = []
    for hearer in HEARERS:
        heard = Counter(row["event_id"] for row in await pool.fetch(f"SELECT event_id FROM {hearer}.inbox"))
        faults += faults_in(f"{hearer}.inbox", said, heard)
    if people := await pool.fetchval(NOT_WELCOMED_ONCE):
        faults.append(f"{people} people were not welcomed once")
    return faults


def _copies(expected: Expected) -> dict[str, Rows]:
    """Return what both hearers must know once they have heard everything, by table."""
    newest: dict[str, dict[str, Row]] = {"members": {}, "people": {}, "mandates": {}}
    for event in expected.events:
        table, fact = _fact(event)
        known = newest[table].setdefault(fact["id"], fact)
        if fact["version"] > known["version"]:
            newest[table][fact["id"]] = fact
    return {
        name: Counter(
            written({column: fact[column] for column in columns}) for fact in newest[name.split(".")[1]].values()
        )
        for name, columns in COLUMNS.items()
    }


def _fact(event: Row) -> tuple[str, Row]:
    version = {"version": event["version"]}
    match event:
        case {"organisation": organisation}:
            return "members", organisation | version | {"active": not event["type"].endswith("member_left.v1")}
        case {"person": person}:
            return "people", person | version | {"address": person["email"]}
        case {"mandate": mandate}:
            return "mandates", mandate | version | {"current": event["type"].endswith("mandate_started.v1")}
    raise KeyError(event["type"])
