"""People choose what they are mailed about."""

from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection

from .. import storage
from ..domain import Topic


async def mute(conn: Connection, person_id: UUID, topic: Topic, now: datetime) -> None:
    """Mail a person nothing more about a topic, what waits included; any number of times."""
    await storage.mute(conn, person_id, topic, now)
    await storage.hold_muted(conn)


async def unmute(conn: Connection, person_id: UUID, topic: Topic, now: datetime) -> None:
    """Mail a person about a topic again, also what was kept back and is still to come."""
    await storage.unmute(conn, person_id, topic)
    await storage.release_muted(conn, person_id, topic, now)
