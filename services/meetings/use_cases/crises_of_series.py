"""What a change of a series, or its end, makes of its crises."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from shared.clock import local_day, midnight
from shared.database.pool import Connection

from .. import storage
from ..crisis import Crisis
from ..domain import Meeting
from ..series import Series
from .crisis import pause_meetings, take_back


async def end_crises_with_series(
    conn: Connection, series_id: UUID, since: date, group_id: UUID, correlation_id: str, now: datetime
) -> None:
    """Have no crisis of a series last longer than that, which ends before a day; one not begun by then is undone."""
    last_day = max(since - timedelta(days=1), local_day(now))
    for crisis in await _running(conn, series_id):
        if crisis.last_day <= last_day:
            continue
        if crisis.first_day <= last_day:
            await storage.keep_crisis(conn, crisis.cut(last_day))
        else:
            await take_back(conn, crisis.undone(), group_id, correlation_id, now)


async def pause_within_crises(
    conn: Connection, series_id: UUID, meetings: Collection[Meeting], correlation_id: str, now: datetime
) -> dict[UUID, Meeting]:
    """Pause which of some meetings now lie in a crisis that pauses them; return those, by id, as they then are."""
    found = []
    for crisis in await _running(conn, series_id):
        begins, is_over = crisis.span
        if crisis.pauses:
            within = [meeting for meeting in meetings if begins <= meeting.starts_at < is_over]
            found += await pause_meetings(conn, crisis, within, correlation_id, now)
    return {meeting.id: meeting for meeting in found}


async def meetings_at_its_link(conn: Connection, series: Series, since: date, now: datetime) -> list[Meeting]:
    """List the meetings to come, from a day on, of crises that meet at the link of their series."""
    return [
        meeting
        for crisis in await _running(conn, series.id)
        if crisis.link is None
        for meeting in await storage.meetings_of_crisis(conn, crisis.id)
        if meeting.starts_at > max(midnight(since), now) and not meeting.changed_by_hand
    ]


async def _running(conn: Connection, series_id: UUID) -> list[Crisis]:
    return [crisis for crisis in await storage.list_crises(conn, series_id) if crisis.state == "running"]
