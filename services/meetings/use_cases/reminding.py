"""People are reminded of the meetings that they are asked to, as the series or the crisis says."""

from datetime import datetime
from uuid import uuid4

from shared.clock import local_day, midnight
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, storage
from ..crisis import brings_invitation
from ..domain import Meeting
from ..reminding import all_due


async def any_reminder_due(conn: Connection, now: datetime) -> bool:
    """Say whether people are to be reminded of a meeting."""
    return bool(all_due(await storage.list_remindable(conn, now), now))


async def remind(conn: Connection, correlation_id: str, now: datetime) -> None:
    """Say which meetings people are to be reminded of, each reminder once."""
    due = all_due(await storage.list_remindable(conn, now), now)
    await storage.mark_reminded(conn, [meeting.id for meeting, _ in due], now)
    for meeting, moment in due:
        await _say(conn, meeting, moment, correlation_id, now)


async def _say(conn: Connection, meeting: Meeting, due_at: datetime, correlation_id: str, now: datetime) -> None:
    """Say a reminder; in a crisis, not on a day that brings an invitation, and to nobody who was mailed that day."""
    today = local_day(now)
    crisis = await storage.find_crisis_on(conn, meeting.series_id, today)
    if crisis and brings_invitation(today, await storage.meetings_of_crisis(conn, crisis.id)):
        return
    since = midnight(today) if crisis else None
    await outbox.add(conn, announcements.reminder_due(uuid4(), meeting, due_at, since, correlation_id))
