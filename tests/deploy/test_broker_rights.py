"""What a user of the broker may do, and what the broker refuses; tried with each one's own login."""

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed

from deploy.postgres.roles import SERVICES
from tests.support.broker import Broker
from tests.support.denials import EXCHANGES, QUEUES, publish, read, refusal
from tests.support.eventually import eventually

ANSWERS = ("upstream.answers.register", "upstream.answers.erp")


async def test_a_system_reports_under_its_own_name(broker: Broker) -> None:
    assert await refusal(broker.url("register"), publish("upstream", "register.organisation_joined")) is None

    await eventually(lambda: broker.waiting("membership.inbox"))


@pytest.mark.parametrize("key", ["erp.organisation_joined", "registerx.organisation_joined", "register", ""])
async def test_a_system_is_refused_under_another_name(broker: Broker, key: str) -> None:
    assert await refusal(broker.url("register"), publish("upstream", key)) is ChannelAccessRefused
    assert await broker.waiting("membership.inbox") == 0


@pytest.mark.parametrize("exchange", [exchange for exchange in EXCHANGES if exchange != "upstream"])
async def test_a_system_is_refused_at_every_other_exchange(broker: Broker, exchange: str) -> None:
    assert await refusal(broker.url("register"), publish(exchange, "register.x")) is ChannelAccessRefused


async def test_a_system_cannot_put_a_message_straight_into_an_inbox(broker: Broker) -> None:
    assert await refusal(broker.url("register"), publish("", "notifications.inbox")) is ChannelAccessRefused
    assert await broker.waiting("notifications.inbox") == 0


async def test_a_system_cannot_pretend_to_be_another_user(broker: Broker) -> None:
    forged = publish("upstream", "register.x", user_id="erp")

    assert await refusal(broker.url("register"), forged) is ChannelPreconditionFailed


async def test_a_system_reads_its_own_answers(broker: Broker) -> None:
    assert await refusal(broker.url("membership"), publish("upstream.answers", "register")) is None
    assert await refusal(broker.url("register"), read("upstream.answers.register")) is None


@pytest.mark.parametrize("queue", ["upstream.answers.erp", *QUEUES])
async def test_a_system_is_refused_at_every_other_queue(broker: Broker, queue: str) -> None:
    assert await refusal(broker.url("register"), read(queue)) is ChannelAccessRefused


@pytest.mark.parametrize("user", ["register", *SERVICES])
async def test_nobody_but_the_operator_changes_the_topology(broker: Broker, user: str) -> None:
    async def declare_a_queue(channel: AbstractChannel) -> None:
        await channel.declare_queue("mine")

    async def declare_an_exchange(channel: AbstractChannel) -> None:
        await channel.declare_exchange("mine")

    async def delete_a_queue(channel: AbstractChannel) -> None:
        await channel.queue_delete(f"{user}.inbox" if user in SERVICES else f"upstream.answers.{user}")

    for act in (declare_a_queue, declare_an_exchange, delete_a_queue):
        assert await refusal(broker.url(user), act) is ChannelAccessRefused


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_says_only_what_is_its_own(broker: Broker, service: str) -> None:
    own, others = f"{service}.something_happened.v1", "somebody.something_happened.v1"

    assert await refusal(broker.url(service), publish(f"{service}.events", own)) is None
    assert await refusal(broker.url(service), publish(f"{service}.events", others)) is ChannelAccessRefused


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_nowhere_but_to_its_own_exchanges(broker: Broker, service: str) -> None:
    allowed = {f"{service}.events", f"{service}.retry", f"{service}.dlx"}
    if service == "membership":
        allowed |= {"upstream.answers", "membership.ours.retry", "membership.ours.dlx"}

    for exchange in EXCHANGES:
        refused = await refusal(broker.url(service), publish(exchange, f"{service}.x.v1"))
        assert refused is (None if exchange in allowed else ChannelAccessRefused), exchange


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_nothing_but_its_own_queues(broker: Broker, service: str) -> None:
    allowed = {f"{service}.inbox", f"{service}.parked"}
    if service == "membership":
        allowed |= {"bus.unrouted", "membership.ours.inbox", "membership.ours.parked"}

    for queue in (*QUEUES, *ANSWERS):
        refused = await refusal(broker.url(service), read(queue))
        assert refused is (None if queue in allowed else ChannelAccessRefused), queue


@pytest.mark.parametrize("user", ["register", *SERVICES])
async def test_only_the_operator_gets_into_the_management(broker: Broker, user: str) -> None:
    def login(name: str) -> tuple[str, str]:
        return name, broker.passwords.of_user(name)

    async with httpx.AsyncClient(base_url=broker.address.management_url) as client:
        as_user = await client.get("/api/queues", auth=login(user))
        as_operator = await client.get("/api/queues", auth=login("operator"))

    assert as_user.status_code == 401
    assert as_operator.status_code == 200


async def test_a_body_over_one_megabyte_is_refused(broker: Broker) -> None:
    async def publish_too_much(channel: AbstractChannel) -> None:
        upstream = await channel.get_exchange("upstream", ensure=False)
        await upstream.publish(aio_pika.Message(bytes(1_048_577)), "register.x")

    assert await refusal(broker.url("register"), publish_too_much) is ChannelPreconditionFailed
    assert await broker.waiting("membership.inbox") == 0
