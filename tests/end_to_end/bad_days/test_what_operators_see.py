"""What goes wrong shows in `/metrics` and in `status`, in words, within ten seconds, until it is mended."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import aio_pika
import httpx
import pytest

from deploy.local.servers import ROOT
from deploy.local.services import PARTS
from tests.conftest import Outcome
from tests.end_to_end.bad_days.conftest import parts
from tests.end_to_end.bad_days.network import BadDayNetwork
from tests.end_to_end.bad_days.story import towns
from tests.support.alarms import short_of
from tests.support.eventually import eventually
from tests.support.victims import Victim

SECONDS = 10
UNTIL_BACK = 30


@pytest.fixture(scope="module", autouse=True)
async def nothing_to_do(network: BadDayNetwork) -> None:
    """Settle what earlier bad days left for a human, so that what is wrong stands alone."""
    await network.rows("membership", "UPDATE quarantine SET state = 'cleared' WHERE state = 'held'")
    await network.broker.purge()


async def command(network: BadDayNetwork, service: str, *arguments: str) -> tuple[int | None, str]:
    """Run a command of a service as its operator would, and return its status and what it printed."""
    settings = network.stack.parts[service, "web"].program.environment
    called = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"services.{service}",
        *arguments,
        cwd=ROOT,
        env=dict(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await called.communicate()
    return called.returncode, printed.decode()


async def metrics(network: BadDayNetwork, service: str) -> set[str]:
    async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
        answer = await client.get(network.stack.parts[service, "web"].url + "/metrics")
    return set(answer.text.splitlines())


async def is_seen(network: BadDayNetwork, service: str, subject: str, words: str) -> bool:
    """Look at both, each with words and a figure of its own; raises AssertionError with what was seen instead."""
    (status, printed), figures = await asyncio.gather(command(network, service, "status"), metrics(network, service))
    assert f"! {subject} " in printed, printed
    assert words in printed, printed
    assert status == 1
    assert f'concern{{subject="{subject}"}} 1.0' in figures
    return True


async def all_is_well(network: BadDayNetwork, service: str) -> bool:
    status, printed = await command(network, service, "status")
    assert printed.startswith(f"{service}: all is well\n"), printed
    assert status == 0
    assert not {line for line in await metrics(network, service) if line.startswith("concern{") and line[-3:] == "1.0"}
    return True


@asynccontextmanager
async def seen(
    network: BadDayNetwork,
    outcome: Outcome,
    service: str,
    subject: str,
    words: str,
    mend: Callable[[], Awaitable[None]],
) -> AsyncIterator[None]:
    """What is wrong is seen before the block, and no longer once it is mended, which happens in any case."""
    began = time.monotonic()
    try:
        await eventually(lambda: is_seen(network, service, subject, words), within=SECONDS)
        outcome(f"{service}, {subject}: shown after {time.monotonic() - began:.1f} s")
        yield
    finally:
        await mend()
    await eventually(lambda: all_is_well(network, service), within=UNTIL_BACK)


async def publish(network: BadDayNetwork, user: str, exchange: str, routing_key: str) -> None:
    async with await aio_pika.connect(network.broker.url(user)) as connection:
        channel = await connection.channel()
        there = await channel.get_exchange(exchange, ensure=False)
        await there.publish(aio_pika.Message(b"{}", headers={"ce-id": "1"}), routing_key)


async def empty(network: BadDayNetwork, queue: str) -> None:
    async with await aio_pika.connect(network.broker.url("operator")) as connection:
        await (await (await connection.channel()).get_queue(queue, ensure=False)).purge()


async def test_services_that_are_well_say_so(network: BadDayNetwork) -> None:
    await eventually(lambda: all_are_well(network), within=UNTIL_BACK)


async def test_a_publish_that_no_queue_wants(network: BadDayNetwork, outcome: Outcome) -> None:
    await publish(network, "meetings", "meetings.events", "meetings.nobody_listens.v1")

    mend = partial(empty, network, "bus.unrouted")
    async with seen(network, outcome, "membership", "unrouted messages", "no queue wanted 1 messages", mend):
        _, listed = await command(network, "membership", "unrouted", "list")
        assert listed == "meetings.events  meetings.nobody_listens.v1  1\n"
        status, refused = await command(network, "membership", "unrouted", "replay")
        assert (status, refused) == (1, "this user may not write to meetings.events: set AMQP_URL to one who may\n")


async def test_a_message_that_is_parked(network: BadDayNetwork, outcome: Outcome) -> None:
    await publish(network, "membership", "membership.events", "membership.member_joined.v1")

    for service in ("meetings", "notifications"):
        mend = partial(empty, network, f"{service}.parked")
        async with seen(network, outcome, service, "parked events", "1 events could not be taken in", mend):
            _, listed = await command(network, service, "parked", "list")
            assert "shared.messaging.cloudevents.Unreadable" in listed


async def test_an_outbox_row_that_cannot_be_sent(network: BadDayNetwork, outcome: Outcome) -> None:
    await network.rows(
        "meetings",
        """
        INSERT INTO outbox (exchange, routing_key, event_id, event_type, correlation_id, body, mandatory, created_at)
        VALUES ('nowhere.events', 'x', 'bad', 'meetings.bad.v1', 'c', '', true, now())
        """,
    )

    async def mend() -> None:
        await network.rows("meetings", "DELETE FROM outbox WHERE event_id = 'bad'")

    async with seen(network, outcome, "meetings", "refused events", "the broker refuses 1 events", mend):
        _, listed = await command(network, "meetings", "outbox", "list")
        assert "meetings.bad.v1  to nowhere.events" in listed


async def test_a_consumer_that_died(network: BadDayNetwork, outcome: Outcome) -> None:
    consumer = parts(network.stack, ("notifications", "subscribers"))
    await consumer.kill()

    async with seen(
        network, outcome, "notifications", "inbox", "0 consumers: is the part `subscribers`", consumer.start
    ):
        pass


async def test_a_relay_that_died(network: BadDayNetwork, outcome: Outcome) -> None:
    relay = parts(network.stack, ("membership", "relay"))
    (town,) = towns("norelay.example", 1)
    await relay.kill()
    await network.publish(town.messages[:1])

    async with seen(network, outcome, "membership", "outbox", "no relay leads: its part is not running", relay.start):
        pass
    await network.settled()


@pytest.mark.parametrize("what", ["memory", "disk"])
async def test_an_alarm_of_the_broker(network: BadDayNetwork, outcome: Outcome, what: str) -> None:
    (town,) = towns(f"no-{what}.example", 1)
    words = f"the broker takes no messages (low on {what})"

    async with short_of(what, network.broker):
        began = time.monotonic()
        await eventually(lambda: all_see(network, "broker", words), within=SECONDS)
        outcome(f"every service, broker short of {what}: shown after {time.monotonic() - began:.1f} s")
        publishing = asyncio.create_task(network.publish(town.messages[:1]))
        await asyncio.sleep(1)
        assert not publishing.done()

    await publishing
    await network.settled()
    await eventually(lambda: all_are_well(network), within=UNTIL_BACK)
    assert len(network.mails(*town.people)) == 2


@pytest.mark.parametrize(
    ("name", "subject", "concern"),
    [("Postgres", "database", "process, database"), ("the broker", "broker", "broker")],
)
async def test_a_server_that_hangs(
    network: BadDayNetwork, victims: dict[str, Victim], outcome: Outcome, name: str, subject: str, concern: str
) -> None:
    await victims[name].pause()
    try:
        began = time.monotonic()
        (status, printed), figures = await asyncio.gather(
            command(network, "meetings", "status"), metrics(network, "meetings")
        )
        seconds = time.monotonic() - began
        outcome(f"meetings, {name} hangs: shown after {seconds:.1f} s")
        assert status == 1
        assert f"! {subject} " in printed, printed
        assert f"no answer from the {subject}" in printed, printed
        assert f'concern{{subject="{concern}"}} 1.0' in figures
        assert seconds < SECONDS
    finally:
        await victims[name].resume()
    await eventually(lambda: all_are_well(network), within=UNTIL_BACK)


async def all_see(network: BadDayNetwork, subject: str, words: str) -> bool:
    return all(await asyncio.gather(*(is_seen(network, service, subject, words) for service in PARTS)))


async def all_are_well(network: BadDayNetwork) -> bool:
    return all(await asyncio.gather(*(all_is_well(network, service) for service in PARTS)))
