"""A meeting is moved or cancelled, and whoever is asked to it is told."""

from datetime import datetime
from uuid import UUID

from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, domain, storage
from ..domain import Change, Meeting


async def move_meeting(
    conn: Connection, meeting_id: UUID, change: Change, *, correlation_id: str, now: datetime
) -> Meeting:
    """Give a meeting another time or place and say so once; the same change a second time changes nothing.

    An agenda alone is kept, and nobody is told.
    """
    await storage.lock_network(conn)
    before = await storage.get_meeting(conn, meeting_id)
    moved = domain.move(before, change, now)
    if domain.is_told_alike(moved, before):
        await storage.keep_meeting(conn, moved)
        return moved
    moved = await revise(conn, moved, now)
    await outbox.add(conn, announcements.meeting_rescheduled(moved, before.starts_at, correlation_id))
    return moved


async def cancel_meeting(
    conn: Connection, meeting_id: UUID, reason: str | None, *, correlation_id: str, now: datetime
) -> Meeting:
    """Cancel a meeting and say so once; a second time changes nothing."""
    await storage.lock_network(conn)
    before = await storage.get_meeting(conn, meeting_id)
    cancelled = domain.cancel(before, reason, now)
    if cancelled == before:
        return before
    cancelled = await revise(conn, cancelled, now)
    await outbox.add(conn, announcements.meeting_cancelled(cancelled, correlation_id))
    return cancelled


async def revise(conn: Connection, changed: Meeting, now: datetime) -> Meeting:
    """Keep a changed meeting with a revision above all that any reader was told, and hand that to who is told of it."""
    revised = domain.revise(changed, await storage.highest_revision(conn, changed.id), now)
    await storage.keep_meeting(conn, revised)
    await storage.revise_invitations(conn, revised, before=changed.revision)
    return revised
