"""Takes what the broker delivers out of the octets of a connection, before our AMQP library reads them."""

import asyncio
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex

import aiormq
from aiormq.abc import AbstractChannel

from shared.messaging.fields import short_text, table

if TYPE_CHECKING:
    from pamqp.common import FieldValue
    from yarl import URL

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
DELIVER = struct.pack(">HH", 60, 60)
HEAD = struct.Struct(">BHL")
DELIVERED = struct.Struct(">Q?")
END = 0xCE
A_HEARTBEAT = HEAD.pack(HEARTBEAT, 0, 0) + bytes((END,))
# How often the library learns that the broker is there while all that comes is deliveries.
SIGN_OF_LIFE_SECONDS = 1.0

CONTENT_TYPE, CONTENT_ENCODING, HEADERS, DELIVERY_MODE, PRIORITY = (1 << bit for bit in range(15, 10, -1))
CORRELATION_ID, REPLY_TO, EXPIRATION, MESSAGE_ID = (1 << bit for bit in range(10, 6, -1))


class Message(NamedTuple):
    """A message that the broker has delivered; it is settled by the channel over which it came, under its tag."""

    channel: AbstractChannel
    consumer_tag: str
    delivery_tag: int
    exchange: str
    routing_key: str
    content_type: str | None
    message_id: str | None
    headers: "Mapping[str, FieldValue]"
    body: bytes


Take = Callable[[Message], None]
Delivered = tuple[str, int, str, str]
Properties = tuple[str | None, str | None, "Mapping[str, FieldValue]"]


class Deliveries(aiormq.TransportFactory):
    """Reaches the broker for a connection of aiormq that consumes over one channel, `channel`, and does nothing else.

    What is delivered goes to `take` at once; aiormq, which would make a task of each message and three entries in a
    queue, is given everything else. A message whose headers cannot be read has none.
    """

    channel: AbstractChannel

    def __init__(self, take: Take) -> None:
        self._take = take

    async def create(self, url: "URL", **options: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        tls: aiormq.SSLContextProvider = options.pop("ssl_context_provider")
        loop, reader = asyncio.get_running_loop(), Sieve(self._hand_over)
        try:
            transport, protocol = await loop.create_connection(
                lambda: asyncio.StreamReaderProtocol(reader),
                **{**options, "host": url.host, "port": url.port},
                ssl=await tls.get_context() if url.scheme == "amqps" else None,
            )
        except OSError as why:
            raise aiormq.AMQPConnectionError(*why.args) from why
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    def _hand_over(self, delivered: Delivered, properties: Properties, body: bytes) -> None:
        self._take(Message(self.channel, *delivered, *properties, body))


class Sieve(asyncio.StreamReader):
    """Keeps back the frames of deliveries, and reads them; a frame that is none is read by whoever reads from here."""

    def __init__(self, hand_over: Callable[[Delivered, Properties, bytes], None]) -> None:
        super().__init__()
        self._hand_over = hand_over
        self._cut_off = b""
        self._delivered: Delivered | None = None
        self._properties: Properties = (None, None, {})
        self._parts: list[bytes] = []
        self._missing = 0
        self._passed_at = 0.0

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        octets, at = self._cut_off + bytes(data), 0
        while len(octets) - at >= HEAD.size:
            kind, _, size = HEAD.unpack_from(octets, at)
            begin = at + HEAD.size
            end = begin + size
            is_one = kind in (METHOD, HEADER, BODY, HEARTBEAT)
            if is_one and end >= len(octets):
                break
            if not (is_one and octets[end] == END):
                self._pass_on(octets[at:])  # no frame: may the library say so
                at = len(octets)
                break
            if not self._keeps(kind, octets, begin, end):
                self._pass_on(octets[at : end + 1])
            at = end + 1
        self._cut_off = octets[at:]
        if at and asyncio.get_running_loop().time() - self._passed_at > SIGN_OF_LIFE_SECONDS:
            self._pass_on(A_HEARTBEAT)

    def _pass_on(self, octets: bytes) -> None:
        super().feed_data(octets)
        self._passed_at = asyncio.get_running_loop().time()

    def _keeps(self, kind: int, octets: bytes, begin: int, end: int) -> bool:
        """Read a frame that is part of a delivery, of which a method comes first, then a header, then the body."""
        if kind == METHOD and octets[begin : begin + 4] == DELIVER:
            self._delivered = _delivered(octets, begin + 4)
            return True
        if self._delivered is None or kind not in (HEADER, BODY):
            return False
        if kind == HEADER:
            self._missing = int.from_bytes(octets[begin + 4 : begin + 12])
            self._properties = read_properties(octets, begin + 12)
        else:
            self._missing -= end - begin
            self._parts.append(octets[begin:end])
        if self._missing <= 0:
            delivered, body = self._delivered, b"".join(self._parts)
            self._delivered, self._parts = None, []
            self._hand_over(delivered, self._properties, body)
        return True


def _delivered(octets: bytes, at: int) -> Delivered:
    """Return the consumer's tag, the delivery's tag, the exchange and the routing key."""
    at, consumer_tag = short_text(octets, at)
    delivery_tag, _ = DELIVERED.unpack_from(octets, at)
    at, exchange = short_text(octets, at + DELIVERED.size)
    _, routing_key = short_text(octets, at)
    return consumer_tag, delivery_tag, exchange, routing_key


def read_properties(octets: bytes, at: int) -> Properties:
    """Return content type, message id and headers, of the properties of which the flags say that they are there."""
    flags = int.from_bytes(octets[at : at + 2])
    at += 2
    content_type = message_id = None
    headers: Mapping[str, FieldValue] = {}
    if flags & CONTENT_TYPE:
        at, content_type = short_text(octets, at)
    if flags & CONTENT_ENCODING:
        at += 1 + octets[at]
    if flags & HEADERS:
        at, headers = _headers(octets, at)
    if flags & MESSAGE_ID:
        at += bool(flags & DELIVERY_MODE) + bool(flags & PRIORITY)
        for before in (CORRELATION_ID, REPLY_TO, EXPIRATION):
            if flags & before:
                at += 1 + octets[at]
        _, message_id = short_text(octets, at)
    return content_type, message_id, headers


def _headers(octets: bytes, at: int) -> "tuple[int, Mapping[str, FieldValue]]":
    try:
        return table(octets, at)
    except (LookupError, ValueError):
        return at + 4 + int.from_bytes(octets[at : at + 4]), {}
