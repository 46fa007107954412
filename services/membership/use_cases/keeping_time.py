"""Says of terms that time has begun or ended that it has."""

from datetime import datetime
from uuid import uuid4

from shared.clock import local_day
from shared.database.pool import Connection

from .. import storage
from .taking_in import store_register

MOST_AT_ONCE = 500


async def keep_time(conn: Connection, now: datetime) -> bool:
    """Say of the terms that begin or end by today that they do; return whether there may be more."""
    register = await storage.load_due(conn, local_day(now), MOST_AT_ONCE)
    register.keep_time(correlation_id=str(uuid4()))
    await store_register(conn, register)
    return MOST_AT_ONCE in (len(register.organisations), len(register.mandates))
