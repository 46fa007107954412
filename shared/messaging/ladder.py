"""What happens to one of our own events that could not be taken in: retried ever later, then parked."""

import asyncio

from faststream.rabbit import RabbitBroker, RabbitExchange, RabbitMessage

from shared import logs
from shared.messaging import metrics, topology

log = logs.get(__name__)

ATTEMPT = "x-attempt"
ERROR = "x-error"
PUBLISH_SECONDS = 10


class Ladder:
    """The retry queues and the parked queue of one service. A copy is confirmed before the original is acknowledged."""

    def __init__(self, service: str, broker: RabbitBroker) -> None:
        self._broker = broker
        self._retry = RabbitExchange(topology.retry(service), declare=False)
        self._dead_letters = RabbitExchange(topology.dead_letters(service), declare=False)

    async def climb(self, message: RabbitMessage, why: Exception) -> None:
        """Have the message come back after the next delay, or park it after the last."""
        attempt = _attempts(message) + 1
        if attempt > len(topology.RETRY_DELAYS_MS):
            await self.park(message, why)
            return
        delay = topology.RETRY_DELAYS_MS[attempt - 1]
        _log("will be retried", message, why, delay_ms=delay)
        await self._forward(message, why, self._retry, str(delay), attempt)

    async def park(self, message: RabbitMessage, why: Exception) -> None:
        """Put the message aside for a human; `python -m services.<name> parked` shows and replays it."""
        _log("parked", message, why)
        await self._forward(message, why, self._dead_letters, "", _attempts(message))

    async def _forward(
        self, message: RabbitMessage, why: Exception, exchange: RabbitExchange, routing_key: str, attempt: int
    ) -> None:
        kept = {name: value for name, value in message.headers.items() if name.startswith("ce-")}
        async with asyncio.timeout(PUBLISH_SECONDS):
            await self._broker.publish(
                message.body,
                exchange=exchange,
                routing_key=routing_key,
                headers={**kept, ATTEMPT: attempt, ERROR: _name(why)},
                content_type=message.content_type,
                message_id=message.message_id,
                persist=True,
            )


def _attempts(message: RabbitMessage) -> int:
    value = message.headers.get(ATTEMPT, 0)
    return value if isinstance(value, int) else 0


def _name(why: Exception) -> str:
    """The kind of an error alone: its text may quote a person's name or address."""
    return f"{type(why).__module__}.{type(why).__qualname__}"


def _log(outcome: str, message: RabbitMessage, why: Exception, **facts: object) -> None:
    metrics.FAILED.labels(outcome).inc()
    log.warning(
        f"event {outcome}",
        event_type=message.headers.get("ce-type"),
        event_id=message.headers.get("ce-id"),
        correlation_id=message.headers.get("ce-correlationid"),
        error=_name(why),
        **facts,
    )
