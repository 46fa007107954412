"""A series is planned as far ahead as it is to be, and time is followed: what begins, is asked to or reminded of."""

from datetime import datetime

from shared.database.pool import Connection

from .. import storage
from ..series import Series
from .crisis import sum_up_crises
from .inviting import reconcile
from .reminding import any_reminder_due, remind


async def create_series(conn: Connection, series: Series, *, uid_domain: str, now: datetime) -> None:
    """Keep a new series and plan its meetings; the planner invites to them once they come inside the horizon.

    One that is kept already stays as it is.
    """
    series.check()
    group_id = await storage.lock_network(conn)
    if await storage.add_series(conn, group_id, series):
        await plan_days(conn, series, uid_domain, now)


async def anything_due(conn: Connection, now: datetime) -> bool:
    """Say, cheaply, whether time has made anything due."""
    if any(series.is_due(now) for series in await storage.list_series(conn)):
        return True
    if any(crisis.is_due(now) for crisis in await storage.crises_to_sum_up(conn)):
        return True
    return await storage.meeting_is_due(conn, now) or await any_reminder_due(conn, now)


async def follow_the_calendar(conn: Connection, *, uid_domain: str, correlation_id: str, now: datetime) -> None:
    """Do what time has made due: plan, mark what has begun, invite to what came inside its horizon, remind."""
    group_id = await storage.lock_network(conn)
    for series in await storage.list_series(conn):
        await plan_days(conn, series, uid_domain, now)
    await storage.mark_begun(conn, now)
    await sum_up_crises(conn, group_id, correlation_id, now)
    if await storage.mark_opened(conn, now):
        people = await storage.people_in_group(conn, group_id)
        await reconcile(conn, dict.fromkeys(people, correlation_id), now)
    await remind(conn, correlation_id, now)


async def plan_days(conn: Connection, series: Series, uid_domain: str, now: datetime) -> None:
    """Add the meetings of the days up to which a series is to be planned and is not."""
    if series.is_due(now):
        await storage.add_meetings(conn, series.unplanned_meetings(now, uid_domain))
        await storage.mark_planned(conn, series.id, series.plan_until(now))
