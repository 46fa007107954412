"""A message as it goes over the wire to the broker, in octets that no library would write where a test wants that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import aiormq
from aio_pika.abc import AbstractConnection
from pamqp import encode
from pamqp.commands import Basic

from services.membership.messages import Delivery
from shared.messaging.deliveries import read_properties
from tests.support.builders import SYSTEM, Message

CONTENT_TYPE, HEADERS, DELIVERY_MODE = 0x8000, 0x2000, 0x1000
PERSISTENT = b"\x02"


@dataclass(frozen=True)
class Octets:
    """The value of a header: its kind (one letter) and the octets that follow."""

    kind: bytes
    octets: bytes


def text(octets: bytes) -> Octets:
    """Return a text, in whatever encoding."""
    return Octets(b"S", _counted(4, octets))


def table(fields: Mapping[bytes, Octets]) -> Octets:
    """Return a table within the headers."""
    return Octets(b"F", _counted(4, b"".join(_field(name, value) for name, value in fields.items())))


def nested(levels: int, step: bytes) -> Octets:
    """Return tables (`\0F`, a field without a name) or lists (`A`) that stand each in the one before."""
    size = 4 + len(step)
    octets = b"".join((size * below).to_bytes(4) + step for below in range(levels, 0, -1))
    return Octets(step[-1:], octets + bytes(4))


@dataclass(frozen=True)
class Sent:
    """What a system publishes; texts in UTF-8 unless they are given as octets."""

    body: bytes
    headers: Mapping[Any, Any]
    content_type: str | bytes | None = "application/json"
    system: str = SYSTEM

    @property
    def properties(self) -> Basic.Properties:
        """The properties as they are written."""
        flags, written = HEADERS | DELIVERY_MODE, b""
        if self.content_type is not None:
            flags, written = flags | CONTENT_TYPE, _counted(1, _octets(self.content_type))
        fields = b"".join(_field(_octets(name), _value(value)) for name, value in self.headers.items())
        return _Properties(flags.to_bytes(2) + written + _counted(4, fields) + PERSISTENT)

    def delivered(self, now: datetime) -> Delivery:
        """What the door makes of it, without a broker between."""
        content_type, _, headers = read_properties(self.properties.marshal(), 0)
        return Delivery(f"{self.system}.x", content_type, headers, self.body, now)


def written(message: Message) -> Sent:
    """Return a message in binary mode."""
    return Sent(message.body, message.headers)


async def publish(connection: AbstractConnection, *messages: Sent) -> None:
    """Publish messages one after another, each confirmed."""
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    underlay = cast(aiormq.Channel, await channel.get_underlay_channel())
    for message in messages:
        await underlay.basic_publish(
            message.body,
            exchange="upstream",
            routing_key=f"{message.system}.x",
            properties=message.properties,
            mandatory=True,
            timeout=10,
        )


class _Properties(Basic.Properties):
    """Properties in octets of our own making."""

    def __init__(self, octets: bytes) -> None:
        super().__init__()
        self._octets = octets

    def marshal(self) -> bytes:
        return self._octets


def _field(name: bytes, value: Octets) -> bytes:
    return _counted(1, name) + value.kind + value.octets


def _value(value: Any) -> Octets:
    match value:
        case Octets():
            return value
        case dict():
            return table({_octets(name): _value(one) for name, one in value.items()})
        case list():
            values = [_value(one) for one in value]
            return Octets(b"A", _counted(4, b"".join(one.kind + one.octets for one in values)))
    written = encode.encode_table_value(value)
    return Octets(written[:1], written[1:])


def _octets(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _counted(width: int, octets: bytes) -> bytes:
    return len(octets).to_bytes(width) + octets
