"""Publishes what stands in the outbox, with confirms; a row leaves the outbox only once the broker has it."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import cast

import aio_pika
import aiormq
import asyncpg
from aio_pika.abc import AbstractChannel, AbstractConnection, DeliveryMode
from aiormq.exceptions import (
    AMQPConnectionError,
    ChannelClosed,
    ChannelInvalidStateError,
    ConnectionClosed,
    DeliveryError,
)
from pamqp.commands import Basic

from shared import logs
from shared.database.pool import Connection
from shared.errors import Trouble
from shared.messaging import cloudevents, metrics
from shared.parts import Loop

log = logs.get(__name__)

BATCH = 200
PUBLISH_SECONDS = 10
MOST_ATTEMPTS = 20
STANDBY_SECONDS = 1.0
CONNECT_SECONDS = 10
# What the broker does when it dislikes a row: an exchange that is not ours, a body that is too large.
CLOSED = (ChannelClosed, ChannelInvalidStateError, ConnectionClosed)
SETTINGS = {
    # A leader whose host vanished must lose its lock soon.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # A removal that is lost in a crash only repeats an event, and whoever hears it knows that.
    "synchronous_commit": "off",
}


class Relay:
    """The relay of one service. Any number may run; one leads (an advisory lock), the others stand by."""

    name = "relay"

    def __init__(self, service: str, database_url: str, amqp_url: str, *, poll: float = 0.1) -> None:
        self._service = service
        self._database_url = database_url
        self._amqp_url = amqp_url
        self._loop = Loop(self.name, self._step, pause=poll)
        self._connections = AsyncExitStack()
        self._conn: Connection | None = None
        self._leader: _Leader | None = None
        self._one_by_one = False
        self.start = self._loop.start
        self.trouble = self._loop.trouble
        self.wake = self._loop.wake

    async def stop(self) -> None:
        await self._loop.stop()
        await self._disconnect()

    async def _step(self) -> bool:
        """Publish as the leader; as a standby, see whether the leader is gone."""
        try:
            if self._leader is None and not await self._lead():
                await asyncio.sleep(STANDBY_SECONDS)
                return False
            return self._leader is not None and await self._leader.publish_oldest()
        except BaseException as why:
            self._one_by_one = isinstance(why, CLOSED)
            await self._disconnect()
            raise

    async def _lead(self) -> bool:
        """Connect, and lead if nobody else does."""
        lock = f"{self._service}.relay"
        if self._conn is None:
            self._conn = await asyncpg.connect(self._database_url, server_settings=SETTINGS, command_timeout=60)
            self._connections.push_async_callback(self._conn.close, timeout=2)
        if not await self._conn.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", lock):
            return False
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                connection = await aio_pika.connect(self._amqp_url, client_properties={"connection_name": lock})
        except (AMQPConnectionError, TimeoutError) as why:
            raise Trouble(f"no answer from the broker ({type(why).__name__})") from why
        self._connections.push_async_callback(connection.close)
        self._leader = _Leader(self._service, self._conn, connection, self._one_by_one)
        return True

    async def _disconnect(self) -> None:
        self._leader, self._conn = None, None
        connections, self._connections = self._connections, AsyncExitStack()
        try:
            await connections.aclose()
        except Exception as why:
            log.info("a connection closed with an error", part=self.name, error=type(why).__name__)


@dataclass
class _Leader:
    """The relay that holds the lock, and its connections.

    Rows go out in the order in which they were written. A row that the broker refuses is tried again and given
    up after some attempts, so that it holds up nobody; trouble with the connection counts for no row.
    """

    service: str
    conn: Connection
    broker: AbstractConnection
    one_by_one: bool
    channel: AbstractChannel | None = None

    async def publish_oldest(self) -> bool:
        """Publish the oldest rows; return whether there may be more to do at once."""
        rows = await self._oldest()
        outcomes = await (self._publish_in_turn(rows) if self.one_by_one else self._publish_together(rows))
        results = list(zip((row["seq"] for row in rows), outcomes, strict=False))
        refused = [(seq, type(why).__name__) for seq, why in results if self._is_refusal(why)]
        published = [seq for seq, why in results if why is None]
        if published:
            await self._remove(published)
        if refused:
            await self._note_refusals(refused)
        metrics.PUBLISHED.inc(len(published))
        metrics.REFUSED.inc(len(refused))
        for why in outcomes:
            if why is not None and not self._is_refusal(why):
                raise why
        self.one_by_one = self.one_by_one and bool(refused)
        if refused:
            log.error("the broker refuses events", part=Relay.name, refused=len(refused), error=refused[0][1])
            await asyncio.sleep(STANDBY_SECONDS)
        return bool(rows)

    async def _publish_together(self, rows: Sequence[asyncpg.Record]) -> list[BaseException | None]:
        channel = await self._open_channel()
        publishing = asyncio.gather(*(self._publish(row, channel) for row in rows), return_exceptions=True)
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                return await publishing
        except TimeoutError as why:
            raise Trouble(f"the broker did not confirm everything within {PUBLISH_SECONDS} s") from why

    async def _publish_in_turn(self, rows: Sequence[asyncpg.Record]) -> list[BaseException | None]:
        """Publish each once the one before it is confirmed or refused; stop where the connection is in trouble."""
        outcomes: list[BaseException | None] = []
        for row in rows:
            outcomes += await self._publish_together([row])
            if outcomes[-1] is not None and not self._is_refusal(outcomes[-1]):
                break
        return outcomes

    def _is_refusal(self, outcome: BaseException | None) -> bool:
        """Tell whether the broker refuses this row; where it closes the channel, that is known of a lone row only."""
        return isinstance(outcome, (DeliveryError, ChannelClosed) if self.one_by_one else DeliveryError)

    async def _open_channel(self) -> aiormq.Channel:
        if self.channel is None or self.channel.is_closed:
            self.channel = await self.broker.channel(publisher_confirms=True, on_return_raises=True)
        return cast(aiormq.Channel, await self.channel.get_underlay_channel())

    async def _oldest(self) -> list[asyncpg.Record]:
        return await self.conn.fetch(
            """
            SELECT seq, exchange, routing_key, event_id, event_type, correlation_id, body, mandatory, created_at
              FROM outbox
             WHERE parked_at IS NULL
             ORDER BY seq
             LIMIT $1
            """,
            BATCH,
        )

    async def _publish(self, row: asyncpg.Record, channel: aiormq.Channel) -> None:
        headers = cloudevents.headers(
            source=f"/{self.service}",
            event_id=row["event_id"],
            event_type=row["event_type"],
            time=row["created_at"],
            correlation_id=row["correlation_id"],
        )
        properties = Basic.Properties(
            headers=headers,
            content_type=cloudevents.JSON,
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=row["event_id"],
        )
        # Beneath aio-pika, which would have each message written before the next.
        await channel.basic_publish(
            row["body"],
            exchange=row["exchange"],
            routing_key=row["routing_key"],
            properties=properties,
            mandatory=row["mandatory"],
            wait=False,
        )

    async def _remove(self, published: Sequence[int]) -> None:
        await self.conn.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", published)

    async def _note_refusals(self, refused: Sequence[tuple[int, str]]) -> None:
        await self.conn.execute(
            """
            UPDATE outbox AS o
               SET attempts = o.attempts + 1,
                   last_error = r.error,
                   parked_at = CASE WHEN o.attempts + 1 >= $3 THEN now() END
              FROM unnest($1::bigint[], $2::text[]) AS r (seq, error)
             WHERE o.seq = r.seq
            """,
            [seq for seq, _ in refused],
            [error for _, error in refused],
            MOST_ATTEMPTS,
        )
