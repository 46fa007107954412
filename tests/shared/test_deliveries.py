"""What the broker delivers is taken out of a connection's octets, however they come, and nothing else is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pamqp import commands, frame
from pamqp.body import ContentBody
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat

from shared.messaging import deliveries as deliveries_module
from shared.messaging import topology
from shared.messaging.consumer import Consumer
from shared.messaging.deliveries import Delivered, Message, Properties, Sieve
from tests.shared.test_inbox import event, publish
from tests.support.broker import Broker
from tests.support.certificates import tls_in_front_of, write_certificate
from tests.support.eventually import eventually

DELIVER = commands.Basic.Deliver("consumer", 7, redelivered=True, exchange="upstream", routing_key="register.x")
OTHERS = [
    frame.marshal(commands.Basic.ConsumeOk("consumer"), 1),
    frame.marshal(Heartbeat(), 0),
    frame.marshal(commands.Basic.Cancel("consumer"), 1),
]


class Taken(list[tuple[Delivered, Properties, bytes]]):
    """What was taken out of the octets that a sieve was fed."""

    def __init__(self) -> None:
        super().__init__()
        self.sieve = Sieve(lambda *message: self.append(message))

    async def passed(self) -> bytes:
        """Return what was not taken out."""
        self.sieve.feed_eof()
        return await self.sieve.read()


@pytest.fixture(autouse=True)
def without_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries_module, "SIGN_OF_LIFE_SECONDS", 1e9)


def delivery(
    body: Sequence[bytes], properties: commands.Basic.Properties | None = None, headers: bytes | None = None
) -> bytes:
    """Return the frames of a delivery; `headers` are octets of a table of headers in which nothing else is said."""
    header = frame.marshal(ContentHeader(body_size=sum(map(len, body)), properties=properties), 1)
    if headers is not None:
        written = header[7:19] + (0x2000).to_bytes(2) + len(headers).to_bytes(4) + headers
        header = header[:3] + len(written).to_bytes(4) + written + b"\xce"
    return frame.marshal(DELIVER, 1) + header + b"".join(frame.marshal(ContentBody(part), 1) for part in body)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 50, 10_000])
async def test_deliveries_are_read_and_the_rest_passed_on_however_the_octets_are_cut(size: int) -> None:
    taken = Taken()
    octets = b"".join((OTHERS[0], delivery([b"one"]), OTHERS[1], delivery([b"two"]), delivery([b"three"]), OTHERS[2]))

    for at in range(0, len(octets), size):
        taken.sieve.feed_data(octets[at : at + size])

    assert [body for _, _, body in taken] == [b"one", b"two", b"three"]
    assert {delivered for delivered, _, _ in taken} == {("consumer", 7, "upstream", "register.x")}
    assert await taken.passed() == b"".join(OTHERS)


@pytest.mark.parametrize("body", [[], [b"o", b"n", b"e"], [b"x" * 100_000, b"y" * 100_000]])
async def test_a_body_comes_in_none_or_several_frames(body: list[bytes]) -> None:
    taken = Taken()

    taken.sieve.feed_data(delivery(body) + delivery([b"next"]))

    assert [found for _, _, found in taken] == [b"".join(body), b"next"]


async def test_of_all_properties_ours_are_read() -> None:
    taken = Taken()
    others: dict[str, Any] = {
        "content_encoding": "utf-8",
        "delivery_mode": 2,
        "priority": 3,
        "correlation_id": "c",
        "reply_to": "r",
        "expiration": "1000",
        "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
        "message_type": "t",
        "app_id": "a",
    }

    for more in ({}, others):
        properties = commands.Basic.Properties(
            content_type="application/json", headers={"ce-id": "1", "n": {"of": [1, "two"]}}, message_id="m", **more
        )
        taken.sieve.feed_data(delivery([b"{}"], properties))
    taken.sieve.feed_data(delivery([b"{}"]))

    headers = {"ce-id": "1", "n": {"of": [1, "two"]}}
    assert [found for _, found, _ in taken] == [("application/json", "m", headers)] * 2 + [(None, None, {})]


@pytest.mark.parametrize("headers", [b"\x01x?", b"\x01xS\xff\xff\xff\xff", b"\xffx", b"\x01xD\x00"])
async def test_a_message_whose_headers_cannot_be_read_has_none_and_stops_no_other(headers: bytes) -> None:
    taken = Taken()

    taken.sieve.feed_data(delivery([b"strange"], headers=headers) + delivery([b"next"]))

    assert [(properties[2].keys() - {"x"}, body) for _, properties, body in taken] == [
        (set(), b"strange"),
        (set(), b"next"),
    ]


@pytest.mark.parametrize("octets", [b"AMQP\x00\x00\x09\x01", delivery([b"one"])[:-1] + b"\xcd"])
async def test_what_is_no_frame_is_for_the_library_to_complain_about(octets: bytes) -> None:
    taken = Taken()

    taken.sieve.feed_data(octets)

    passed = await taken.passed()
    assert not taken
    assert passed
    assert octets.endswith(passed)


async def test_the_library_learns_that_the_broker_is_there_while_only_deliveries_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliveries_module, "SIGN_OF_LIFE_SECONDS", 0)
    taken = Taken()

    taken.sieve.feed_data(delivery([b"one"]))

    assert await taken.passed() == frame.marshal(Heartbeat(), 0)


async def test_messages_come_over_tls_too(broker: Broker, tmp_path: Path) -> None:
    write_certificate(tmp_path / "tls.pem")
    messages: list[Message] = []

    def take(message: Message) -> None:
        consumer.in_hand.take(message)
        consumer.in_hand.settle(message)
        messages.append(message)

    async with tls_in_front_of(broker.address.port, tmp_path / "tls.pem") as port:
        password = broker.passwords.of_user("meetings")
        url = f"amqps://meetings:{password}@localhost:{port}/?cafile={tmp_path / 'tls.pem'}"
        consumer = Consumer("test", url, topology.inbox("meetings"), take, most=10)

        await consumer.start()
        await publish(broker, event("Køge"))
        await eventually(lambda: messages)
        await consumer.stop()

    assert [message.routing_key for message in messages] == ["membership.member_joined.v1"]
