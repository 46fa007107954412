"""Passes places on: what was offered and let pass, or has become free, is offered to the next who waits."""

from datetime import timedelta
from uuid import uuid4

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database

from . import storage, use_cases

log = logs.get(__name__)


async def pass_on(database: Database, good_for: timedelta, now: Clock) -> bool:
    """Do so at every meeting where there is something to pass on; return whether there is more to do at once."""
    async with database.connection() as conn:
        meetings = await storage.meetings_with_places_to_pass_on(conn, now())
    for meeting_id in meetings:
        correlation_id = str(uuid4())
        async with database.transaction() as conn:
            await use_cases.pass_on_places(
                conn, meeting_id, good_for=good_for, correlation_id=correlation_id, now=now()
            )
        log.info("places passed on", meeting_id=str(meeting_id), correlation_id=correlation_id)
    return False
