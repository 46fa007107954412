"""What was parked before the door is listed and replayed under the key of its system, whatever octets it has."""

import asyncio
import os
import sys
from dataclasses import replace
from typing import Any

import aio_pika

from docs.generate.messages import events
from services.membership.subscribers import Door
from shared.messaging import parked, topology
from shared.messaging.fields import accept_any_octets
from tests.membership.test_door import EVERY_KIND
from tests.membership.test_envelope import GOOD
from tests.support.broker import Broker
from tests.support.builders import SYSTEM
from tests.support.eventually import eventually
from tests.support.upstream import system
from tests.support.wire import Octets, nested, text, written


async def park(broker: Broker, inbox: str = "membership") -> None:
    """Hand the message that waits at the door back, as one that cannot even be held; or at another inbox."""
    accept_any_octets()
    async with await aio_pika.connect(broker.url("membership")) as connection:
        queue = await (await connection.channel()).get_queue(topology.inbox(inbox), ensure=False)
        await (await queue.get()).reject()
    await eventually(lambda: broker.waiting(topology.parked(inbox)))


async def command(broker: Broker, act: str) -> str:
    """Run `parked list` or `parked replay` as the operator does, and return what it prints."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.membership", "parked", act),
        env={**os.environ, "AMQP_URL": broker.url("membership")},
        stdout=asyncio.subprocess.PIPE,
    )
    return (await program.communicate())[0].decode()


async def test_a_parked_message_is_replayed_under_the_key_of_its_system(running: Door, broker: Broker) -> None:
    await running.stop()
    async with system(broker) as register:
        await register.publish(GOOD)
        await park(broker)
        assert [one.event_id for one in await parked.waiting(broker.url("membership"), "membership")] == [GOOD.id]

        await running.start()
        await parked.replay(broker.url("membership"), "membership")
        answers = await register.answers(1)

    assert [answer["type"] for answer in answers] == ["upstream.message_accepted.v1"]


async def test_a_parked_message_says_nothing_of_its_own_key(running: Door, broker: Broker) -> None:
    await running.stop()
    async with system(broker, "erp") as erp:
        await erp.publish(GOOD, headers={**GOOD.headers, parked.ORIGIN: f"{SYSTEM}.x"})
        await park(broker)

        await running.start()
        await parked.replay(broker.url("membership"), "membership")
        [answer] = await erp.answers(1)

    assert [fault["code"] for fault in answer["faults"]] == ["source_not_allowed"]


async def test_a_parked_message_in_any_octets_is_listed_and_replayed(running: Door, broker: Broker) -> None:
    headers: dict[Any, Any] = {
        **GOOD.headers,
        **{kind: Octets(kind, octets) for kind, octets in EVERY_KIND.items()},
        b"\xf8" * 250: "x",
        "y": text(b"sm\xf8r"),
        "z": nested(1000, b"A"),
        "d": Octets(b"d", b"\x7f\xef" + b"\xff" * 6),
    }
    await running.stop()
    async with system(broker) as register:
        await register.send(replace(written(GOOD), headers=headers))
        await park(broker)

        await running.start()
        listed, replayed = await command(broker, "list"), await command(broker, "replay")
        answers = await register.answers(1)

    assert GOOD.id in listed
    assert replayed == "1 replayed\n"
    assert [answer["type"] for answer in answers] == ["upstream.message_accepted.v1"]


async def test_a_message_that_expires_before_the_door_opens_is_parked_and_replayed(
    running: Door, broker: Broker
) -> None:
    await running.stop()
    async with system(broker) as register:
        await register.publish(GOOD, expiration=0.05)
        await eventually(lambda: broker.waiting("membership.parked"))

        await running.start()
        await parked.replay(broker.url("membership"), "membership")
        answers = await register.answers(1)

    assert [answer["type"] for answer in answers] == ["upstream.message_accepted.v1"]


async def test_an_event_of_our_own_services_is_listed_with_them_and_replayed_to_where_it_was_heard(
    broker: Broker,
) -> None:
    (event,) = [one for one in events() if one.type == "notifications.preferences_changed.v1"]
    headers = {f"ce-{name}": value for name, value in event.examples[-1].items() if name not in ("data", "time")}
    async with await aio_pika.connect(broker.url("notifications")) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(event.exchange, ensure=False)
        await exchange.publish(aio_pika.Message(b"{}", headers=headers), event.type)
    await park(broker, topology.OURS)

    listed, replayed = await command(broker, "list"), await command(broker, "replay")

    assert listed.split()[:2] == [event.examples[-1]["id"], event.type]
    assert replayed == "1 replayed\n"
    await eventually(lambda: broker.waiting(topology.inbox(topology.OURS)))
