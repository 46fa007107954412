"""Finds what time makes due: days to plan, meetings that begin, meetings that come inside their horizon."""

from uuid import uuid4

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database

from . import use_cases

log = logs.get(__name__)


async def plan(database: Database, uid_domain: str, now: Clock) -> bool:
    """Do what time has made due, once however many processes ask; return whether there is more to do at once."""
    async with database.connection() as conn:
        if not await use_cases.anything_due(conn, now()):
            return False
    correlation_id = str(uuid4())
    async with database.transaction() as conn:
        await use_cases.follow_the_calendar(conn, uid_domain=uid_domain, correlation_id=correlation_id, now=now())
    log.info("followed the calendar", correlation_id=correlation_id)
    return False
