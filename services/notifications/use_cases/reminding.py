"""Who has not answered is reminded."""

from collections.abc import Sequence
from datetime import datetime

from shared.contracts.meetings import ReminderDue
from shared.database.pool import Connection

from .. import storage
from ..reminders import last_due, reminder
from .queueing import queue


async def remind(conn: Connection, events: Sequence[ReminderDue], *, mail_domain: str, now: datetime) -> None:
    """Remind who has not answered of meetings that are still to come; of each, the reminder that was due last."""
    await storage.take_turn(conn)
    for event in last_due(event for event in events if event.meeting.starts_at > now):
        await storage.drop_older_reminders(conn, event)
        people = await storage.unanswered(conn, event)
        await queue(conn, [reminder(event, person) for person in people], mail_domain, now)
