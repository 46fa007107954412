"""What operators watch of the messaging: events as they pass, and what waits in the outbox when they look."""

from collections.abc import Awaitable, Callable

from prometheus_client import Counter, Gauge

from shared.clock import Clock
from shared.database.pool import Database

PUBLISHED = Counter("outbox_published", "Events that the broker has confirmed.")
REFUSED = Counter("outbox_refused", "Attempts to publish that the broker refused.")
HEARD = Counter("inbox_heard", "Events taken in.", ["event_type"])
FAILED = Counter("inbox_failed", "Events that could not be taken in, by what became of them.", ["outcome"])

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
