"""What operators watch: attempts as they happen, and the queue when they look."""

from collections.abc import Awaitable, Callable

from prometheus_client import Counter, Gauge

from shared.clock import Clock
from shared.database.pool import Database

from . import storage

ATTEMPTS = Counter("notifications_delivery_attempts", "Attempts to hand an e-mail over.", ["outcome"])
EMAILS = Gauge("notifications_emails", "E-mails by kind and state.", ["kind", "state"])
OVERDUE = Gauge("notifications_overdue_seconds", "How long the e-mail that is due longest has waited.")


def queue_gauges(database: Database, now: Clock) -> Callable[[], Awaitable[None]]:
    """Return what sets the gauges of the queue."""

    async def look() -> None:
        async with database.connection() as conn:
            counts, due = await storage.count_emails(conn), await storage.next_due(conn)
        EMAILS.clear()
        for kind, states in counts.items():
            for state, count in states.items():
                EMAILS.labels(kind, state).set(count)
        OVERDUE.set(max(0.0, (now() - due).total_seconds()) if due else 0.0)

    return look
