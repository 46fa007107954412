"""Meetings as they are shown, with how many people are invited to each."""

from collections.abc import Sequence

from shared.database.pool import Connection

from . import storage
from .domain import Meeting
from .views import MeetingView


async def shown(conn: Connection, meetings: Sequence[Meeting]) -> list[MeetingView]:
    """Show meetings in the order given."""
    invited = await storage.count_standing(conn, [meeting.id for meeting in meetings])
    return [
        MeetingView.model_validate(meeting).model_copy(update={"invited": invited.get(meeting.id, 0)})
        for meeting in meetings
    ]


async def shown_one(conn: Connection, meeting: Meeting) -> MeetingView:
    """Show one meeting."""
    (view,) = await shown(conn, [meeting])
    return view
