"""The address of a calendar feed is replaced."""

from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection

from .. import storage


async def replace_feed_address(conn: Connection, person_id: UUID, *, now: datetime) -> None:
    """End the address of a person's feed and have another take its place."""
    await storage.replace_feed_address(conn, person_id, now)
