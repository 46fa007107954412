"""What became of e-mails is recorded, and what senders left is taken over."""

from collections.abc import Sequence
from datetime import datetime

from shared.database.pool import Connection

from .. import storage
from ..domain import Attempt
from .holding import hold_blamed


async def record(conn: Connection, sender: str, attempts: Sequence[Attempt]) -> None:
    """Record what became of e-mails that a sender tried to hand over."""
    await storage.record(conn, sender, attempts)
    await storage.add_deliveries(conn, sender, attempts)
    await hold_blamed(conn, attempts)
    missed = [attempt.email.id for attempt in attempts if not attempt.outcome.may_have_arrived]
    if missed:
        await storage.drop_cancellations_of_nothing(conn, missed)


async def sweep(conn: Connection, now: datetime) -> None:
    """Take over what dead senders left, keep back what was muted meanwhile, give up what is past."""
    await storage.take_back(conn, now)
    await storage.hold_muted(conn)
    await storage.give_up_expired(conn, now)
