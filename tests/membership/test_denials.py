"""What a system that the operator has let in may not do, and what it may no longer do once that is taken back."""

from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError, ChannelAccessRefused, ChannelPreconditionFailed

from services.membership import storage
from services.membership.planner import plan
from services.membership.rights import LIMITS
from services.membership.subscribers import Door
from shared.database.pool import Database
from tests.membership.conftest import EVENING
from tests.support.broker import Broker, connected
from tests.support.builders import joined
from tests.support.denials import EXCHANGES, QUEUES, publish, read, refusal
from tests.support.eventually import eventually
from tests.support.operator import Operator
from tests.support.upstream import system


@pytest.fixture
async def let_in(operator: Operator, broker: Broker) -> Broker:
    """The broker, which lets two more systems in: crm and shop."""
    systems = dict(broker.passwords.systems)
    for name in ("crm", "shop"):
        added = await operator.systems("add", name, "--source", f"/{name}", "--owner", f"it@{name}.example")
        systems[name] = added.output
    return replace(broker, passwords=replace(broker.passwords, systems=systems))


def is_closed(connection: AbstractConnection) -> bool:
    """Tell whether the broker has closed a connection."""
    return connection.transport is None or connection.transport.connection.is_closed


async def logs_in(url: str) -> bool:
    try:
        async with connected(url):
            return True
    except AMQPError:
        return False


async def test_the_name_of_another_system_is_refused(let_in: Broker) -> None:
    for key in ("shop.x", "crmx.x", "crm", "", "register.x", "membership.member_joined.v1"):
        assert await refusal(let_in.url("crm"), publish("upstream", key)) is ChannelAccessRefused, key

    assert await let_in.waiting("membership.inbox") == 0


@pytest.mark.parametrize("header", ["CC", "BCC"])
async def test_the_name_of_another_system_beside_ones_own_is_of_no_use(
    running: Door, let_in: Broker, header: str
) -> None:
    """RabbitMQ 4 refuses it; an older one has it come under its own key, as which it is answered."""
    message = replace(joined(), source="/shop")
    codes = {"refused"}

    async with system(let_in, "crm") as crm:
        with suppress(ChannelAccessRefused):
            await crm.publish(message, headers={**message.headers, header: ["shop.x"]})
            (answer,) = await crm.answers(1)
            codes = {fault["code"] for fault in answer["faults"]}

    assert codes in ({"refused"}, {"source_not_allowed"})


async def test_the_source_of_another_system_is_refused(running: Door, let_in: Broker) -> None:
    async with system(let_in, "crm") as crm:
        await crm.publish(replace(joined(), source="/shop"))
        await crm.publish(replace(joined(), source="/crm"))
        forged, own = await crm.answers(2)

    assert [fault["code"] for fault in forged["faults"]] == ["source_not_allowed"]
    assert own["type"] == "upstream.message_accepted.v1"


async def test_the_answers_of_another_system_are_refused(let_in: Broker) -> None:
    for name in ("shop", "register"):
        assert await refusal(let_in.url("crm"), read(f"upstream.answers.{name}")) is ChannelAccessRefused, name


async def test_our_exchanges_and_queues_are_refused(let_in: Broker) -> None:
    for exchange in EXCHANGES:
        if exchange != "upstream":
            assert await refusal(let_in.url("crm"), publish(exchange, "crm.x")) is ChannelAccessRefused, exchange
    for queue in QUEUES:
        assert await refusal(let_in.url("crm"), read(queue)) is ChannelAccessRefused, queue
        assert await refusal(let_in.url("crm"), publish("", queue)) is ChannelAccessRefused, queue


async def test_the_topology_is_not_for_a_system_to_change(let_in: Broker) -> None:
    acts = (
        lambda channel: channel.declare_queue("crm"),
        lambda channel: channel.declare_queue(
            "upstream.answers.crm", durable=True, arguments={"x-queue-type": "quorum"}
        ),
        lambda channel: channel.declare_exchange("crm"),
        lambda channel: channel.queue_delete("upstream.answers.crm"),
    )

    for act in acts:
        assert await refusal(let_in.url("crm"), act) is ChannelAccessRefused


async def test_another_users_name_on_a_message_is_refused(let_in: Broker) -> None:
    assert await refusal(let_in.url("crm"), publish("upstream", "crm.x", user_id="shop")) is ChannelPreconditionFailed


async def test_the_management_is_refused(let_in: Broker) -> None:
    login = ("crm", let_in.passwords.of_user("crm"))

    async with httpx.AsyncClient(base_url=let_in.address.management_url, auth=login, trust_env=False) as client:
        assert (await client.get("/api/queues")).status_code == 401


async def test_more_connections_than_a_system_needs_are_refused(let_in: Broker) -> None:
    async with AsyncExitStack() as opened:
        for _ in range(LIMITS["max-connections"]):
            await opened.enter_async_context(await aio_pika.connect(let_in.url("crm")))

        assert not await logs_in(let_in.url("crm"))
        assert await logs_in(let_in.url("shop"))


async def test_more_channels_than_a_system_needs_are_refused(let_in: Broker) -> None:
    async with await aio_pika.connect(let_in.url("crm")) as connection:
        for _ in range(LIMITS["max-channels"]):
            await connection.channel()

        with pytest.raises(AMQPError):
            await connection.channel()


async def test_after_a_rotation_the_old_password_is_refused_also_where_it_was_in_use(
    operator: Operator, let_in: Broker
) -> None:
    async with await aio_pika.connect(let_in.url("crm")) as in_use:
        new = (await operator.systems("rotate", "crm")).output

        await eventually(lambda: is_closed(in_use))
    assert not await logs_in(let_in.url("crm"))
    assert await refusal(let_in.address.url("crm", new), publish("upstream", "crm.x")) is None


async def test_after_a_removal_everything_is_refused_and_nothing_is_left(
    operator: Operator, let_in: Broker, membership_database: Database
) -> None:
    async with await aio_pika.connect(let_in.url("crm")) as in_use:
        await operator.systems("remove", "crm")

        await eventually(lambda: is_closed(in_use))
    assert not await logs_in(let_in.url("crm"))
    assert await logs_in(let_in.url("shop"))
    async with httpx.AsyncClient(base_url=f"{operator.management_url}/api/", trust_env=False) as client:
        left = (await client.get("definitions")).text
    assert '"crm"' not in left
    assert "upstream.answers.crm" not in left
    async with membership_database.connection() as conn:
        assert [one.name for one in await storage.systems(conn)] == ["shop"]
        assert await storage.sources(conn) == {"/shop": "shop"}


async def test_a_paused_system_still_publishes_and_is_answered_once_it_goes_on(
    operator: Operator, running: Door, let_in: Broker, membership_database: Database
) -> None:
    async def set_aside() -> bool:
        return "(kept: 1)" in (await operator.systems("list")).output

    paused = await operator.systems("pause", "crm")
    async with system(let_in, "crm") as crm:
        await crm.publish(replace(joined(), source="/crm"))
        await eventually(set_aside, every=0.5)

        resumed = await operator.systems("resume", "crm")
        await plan(membership_database, lambda: EVENING)
        [answer] = await crm.answers(1)

    assert paused.output.startswith("crm is paused since ")
    assert resumed.output == "crm goes on; what was kept is taken in now: 1"
    assert answer["type"] == "upstream.message_accepted.v1"
