"""What operators watch of the outbox: how much waits, for how long, and what the broker refused."""

from collections.abc import Awaitable, Callable

from prometheus_client import Gauge

from shared.clock import Clock
from shared.database.pool import Database

WAITING = Gauge("outbox_waiting", "Events that wait to be published.")
PARKED = Gauge("outbox_parked", "Events that the broker refused too often; a human has to look.")
OLDEST = Gauge("outbox_oldest_seconds", "How long the oldest event that waits has waited.")


def outbox_gauges(database: Database, now: Clock) -> Callable[[], Awaitable[None]]:
    """Return what sets the gauges of the service's outbox."""

    async def look() -> None:
        async with database.connection() as conn:
            row = await conn.fetchrow(
                """
                SELECT count(*) FILTER (WHERE parked_at IS NULL)        AS waiting,
                       count(*) FILTER (WHERE parked_at IS NOT NULL)    AS parked,
                       min(created_at) FILTER (WHERE parked_at IS NULL) AS oldest
                  FROM outbox
                """
            )
        waiting, parked, oldest = row or (0, 0, None)
        WAITING.set(waiting)
        PARKED.set(parked)
        OLDEST.set((now() - oldest).total_seconds() if oldest else 0)

    return look
