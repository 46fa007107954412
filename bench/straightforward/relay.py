"""Publishes the outbox, a hundred rows at a time, each confirmed."""

import asyncio
from contextlib import suppress

import asyncpg
from faststream.rabbit import ExchangeType, RabbitBroker, RabbitExchange

BATCH = 100
POLL_SECONDS = 0.1
EVENTS = RabbitExchange("membership.events", type=ExchangeType.TOPIC, declare=False)
ANSWERS = RabbitExchange("upstream.answers", declare=False)
EXCHANGES = {exchange.name: exchange for exchange in (EVENTS, ANSWERS)}

OLDEST = """
    SELECT seq, exchange, routing_key, event_id, event_type, correlation_id, body
      FROM outbox
     ORDER BY seq
     LIMIT $1
       FOR UPDATE
    """


class Relay:
    """The relay of one service, on a connection of its own."""

    def __init__(self, broker: RabbitBroker, database_url: str) -> None:
        self._broker = broker
        self._database_url = database_url
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look into the outbox now."""
        self._woken.set()

    async def run(self) -> None:
        """Publish, for ever: at once while there is more, else when woken or after a pause."""
        conn = await asyncpg.connect(self._database_url)
        while True:
            self._woken.clear()
            if not await self._publish_oldest(conn):
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._woken.wait()

    async def _publish_oldest(self, conn: "asyncpg.Connection[asyncpg.Record]") -> bool:
        async with conn.transaction():
            rows = await conn.fetch(OLDEST, BATCH)
            await asyncio.gather(*map(self._publish, rows))
            await conn.execute("DELETE FROM outbox WHERE seq = ANY($1)", [row["seq"] for row in rows])
        return bool(rows)

    async def _publish(self, row: asyncpg.Record) -> None:
        await self._broker.publish(
            row["body"],
            exchange=EXCHANGES[row["exchange"]],
            routing_key=row["routing_key"],
            headers={
                "ce-specversion": "1.0",
                "ce-id": row["event_id"],
                "ce-source": "/membership",
                "ce-type": row["event_type"],
                "ce-correlationid": row["correlation_id"],
            },
            content_type="application/json",
            message_id=row["event_id"],
            persist=True,
        )
