"""What happens to one of our own events that could not be taken in: retried ever later, then parked."""

import asyncio

import aio_pika
from aio_pika.abc import AbstractConnection, DeliveryMode

from shared import logs
from shared.messaging import metrics, topology
from shared.messaging.deliveries import Message

log = logs.get(__name__)

ATTEMPT = "x-attempt"
ERROR = "x-error"
PUBLISH_SECONDS = 10


class Ladder:
    """The retry queues and the parked queue of one service. A copy is confirmed before the original is acknowledged.

    It has a connection of its own: a broker with an alarm stops reading from whoever publishes, also acknowledgements.
    """

    def __init__(self, service: str, amqp_url: str) -> None:
        self._service = service
        self._amqp_url = amqp_url
        self._connection: AbstractConnection | None = None
        self._connecting = asyncio.Lock()

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection:
            await self._connection.close()

    async def climb(self, message: Message, why: Exception) -> None:
        """Have the message come back after the next delay, or park it after the last."""
        attempt = _attempts(message) + 1
        if attempt > len(topology.RETRY_DELAYS_MS):
            await self.park(message, why)
            return
        delay = topology.RETRY_DELAYS_MS[attempt - 1]
        _log("will be retried", message, why, delay_ms=delay)
        await self._forward(message, why, topology.retry(self._service), str(delay), attempt)

    async def park(self, message: Message, why: Exception) -> None:
        """Put the message aside for a human; `python -m services.<name> parked` shows and replays it."""
        _log("parked", message, why)
        await self._forward(message, why, topology.dead_letters(self._service), "", _attempts(message))

    async def _forward(self, message: Message, why: Exception, exchange: str, routing_key: str, attempt: int) -> None:
        kept = {name: value for name, value in message.headers.items() if name.startswith("ce-")}
        copy = aio_pika.Message(
            message.body,
            headers={**kept, ATTEMPT: attempt, ERROR: _name(why)},
            content_type=message.content_type,
            message_id=message.message_id,
            delivery_mode=DeliveryMode.PERSISTENT,
        )
        async with (
            asyncio.timeout(PUBLISH_SECONDS),
            (await self._connected()).channel(on_return_raises=True) as channel,
        ):
            await (await channel.get_exchange(exchange, ensure=False)).publish(copy, routing_key)

    async def _connected(self) -> AbstractConnection:
        async with self._connecting:
            if self._connection is None or self._connection.is_closed:
                self._connection = await aio_pika.connect(
                    self._amqp_url, client_properties={"connection_name": topology.retry(self._service)}
                )
            return self._connection


def _attempts(message: Message) -> int:
    value = message.headers.get(ATTEMPT, 0)
    return value if isinstance(value, int) else 0


def _name(why: Exception) -> str:
    """The kind of an error alone: its text may quote a person's name or address."""
    return f"{type(why).__module__}.{type(why).__qualname__}"


def _log(outcome: str, message: Message, why: Exception, **facts: object) -> None:
    metrics.FAILED.labels(outcome).inc()
    log.warning(
        f"event {outcome}",
        event_type=message.headers.get("ce-type"),
        event_id=message.headers.get("ce-id"),
        correlation_id=message.headers.get("ce-correlationid"),
        error=_name(why),
        **facts,
    )
