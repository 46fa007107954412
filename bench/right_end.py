"""Whether a platform ended `throughput` as it must: everything there, nothing twice, every copy the newest."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import aio_pika

from deploy.local.demo.register import Contact
from deploy.rabbitmq.credentials import committed_queues

from .passage import Pool
from .servers import ANSWERS, Servers
from .upstream_load import Life, Load
from .verdict import WrongEnd

ACCEPTED = "upstream.message_accepted.v1"
MOST_ANSWERS_KEPT = 10_000
SHOWN = 3
R = TypeVar("R")

# What each platform keeps of members, people and mandates; both have these columns.
MEMBERS = (
    "SELECT name, town, true, version FROM membership.organisations",
    "SELECT name, town, active, version FROM meetings.members",
    "SELECT name, town, active, version FROM notifications.members",
)
PEOPLE = (
    "SELECT name, language, version FROM membership.people",
    "SELECT name, language, version FROM meetings.people",
    "SELECT name, language, version FROM notifications.people",
)
MANDATES = (
    """
    SELECT o.name, p.name, true, ma.version
      FROM membership.mandates AS ma
      JOIN membership.organisations AS o ON o.id = ma.organisation_id
      JOIN membership.people AS p ON p.id = ma.person_id
    """,
    """
    SELECT o.name, p.name, ma.current, ma.version
      FROM meetings.mandates AS ma
      JOIN membership.mandates USING (id)
      JOIN meetings.members AS o ON o.id = ma.organisation_id
      JOIN meetings.people AS p ON p.id = ma.person_id
    """,
    """
    SELECT o.name, p.name, ma.current, ma.version
      FROM notifications.mandates AS ma
      JOIN membership.mandates USING (id)
      JOIN notifications.members AS o ON o.organisation_id = ma.organisation_id
      JOIN notifications.people AS p ON p.id = ma.person_id
    """,
)
ADDRESSES = (
    "SELECT name, email FROM membership.people",
    "SELECT name, address FROM notifications.people",
)
WELCOMES = (
    """
    SELECT p.address, e.kind
      FROM notifications.emails AS e
      LEFT JOIN notifications.people AS p ON p.id = e.person_id
    """,
)
TAKEN_IN = ("SELECT message_id, outcome FROM membership.upstream_messages",)
HEARD = ("SELECT count(*) FROM meetings.inbox", "SELECT count(*) FROM notifications.inbox")
SAID = ("SELECT count(*) FROM membership.outbox", "SELECT count(*) FROM meetings.outbox")


@dataclass(frozen=True)
class Expectation:
    """What each of some queries must find, in any order."""

    queries: tuple[str, ...]
    rows: "Counter[tuple[object, ...]]"


async def check_end(servers: Servers, pool: Pool, told: Load) -> None:
    """Raise WrongEnd, naming all that is not as it must be."""
    faults = [
        fault
        for expected in _expectations(told)
        for query in expected.queries
        for fault in faults_in(query, expected.rows, Counter(tuple(row) for row in await pool.fetch(query)))
    ]
    faults += await _faults_at_the_broker(servers, told)
    if faults:
        raise WrongEnd("\n".join(faults))


def _expectations(told: Load) -> list[Expectation]:
    people = [contact for life in told.lives for contact in _people(life)]
    return [
        Expectation(MEMBERS, Counter((life.renamed.name, life.member.town, True, 2) for life in told.lives)),
        Expectation(PEOPLE, Counter((person.name, person.language, 2) for person in people)),
        Expectation(MANDATES, Counter(mandate for life in told.lives for mandate in _mandates(life))),
        Expectation(ADDRESSES, Counter((person.name, person.email) for person in people)),
        Expectation(WELCOMES, Counter((person.email, "welcome") for person in people)),
        Expectation(TAKEN_IN, Counter((message.id, "accepted") for message in told.messages)),
        Expectation(HEARD, Counter([(told.events,)])),
        Expectation(SAID, Counter([(0,)])),
    ]


def _people(life: Life) -> tuple[Contact, Contact]:
    return life.contact_later, life.deputy_later


def _mandates(life: Life) -> Iterator[tuple[object, ...]]:
    """The contact got another title since; the deputy did not."""
    yield life.renamed.name, life.contact_later.name, True, 2
    yield life.renamed.name, life.deputy_later.name, True, 1


def faults_in(query: str, wanted: "Counter[R]", found: "Counter[R]") -> Iterator[str]:
    """Name the rows that are missing, and those that are too much."""
    for what, rows in (("missing", wanted - found), ("too much", found - wanted)):
        if rows:
            examples = ", ".join(map(str, list(rows)[:SHOWN]))
            yield f"{' '.join(query.split())}: {rows.total()} rows {what}, such as {examples}"


async def _faults_at_the_broker(servers: Servers, told: Load) -> list[str]:
    async with await aio_pika.connect(servers.amqp_url("operator")) as connection:
        channel = await connection.channel()
        faults = await faults_in_queues(channel)
        answers = await _answers(channel)
    ids = {message.id for message in told.messages}
    wrong = [answer for answer in answers if answer[0] != ACCEPTED or answer[1] not in ids]
    if len(set(answers)) != min(len(ids), MOST_ANSWERS_KEPT) or len(set(answers)) != len(answers) or wrong:
        faults.append(f"{ANSWERS}: {len(answers)} answers, {len(set(answers))} different, {len(wrong)} wrong")
    return faults


async def faults_in_queues(channel: aio_pika.abc.AbstractChannel) -> list[str]:
    """Name the queues of the services in which messages wait."""
    waiting = {name: (await channel.get_queue(name)).declaration_result for name in committed_queues()}
    return [f"{name}: {found.message_count} messages wait" for name, found in waiting.items() if found.message_count]


async def _answers(channel: aio_pika.abc.AbstractChannel) -> list[tuple[str, str]]:
    """Take all answers, as (type, id of the message); the queue keeps the newest ones only."""
    queue = await channel.get_queue(ANSWERS, ensure=False)
    answers = []
    while message := await queue.get(no_ack=True, fail=False):
        answers.append((str(message.headers["ce-type"]), str(json.loads(message.body)["message_id"])))
    return answers
