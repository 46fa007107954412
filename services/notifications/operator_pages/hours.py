"""The page of counts by hour."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.pages import Pages

from .. import storage
from ..fates import hours_until

SHOWN = timedelta(hours=48)


def add_page_of_hours(router: APIRouter, database: Database, pages: Pages, now: Clock) -> None:
    """Add the page of what was queued and tried in each of the last hours, the latest first."""

    @router.get("/hours")
    async def show_hours(request: Request) -> HTMLResponse:
        since, until = hours_until(now(), SHOWN)
        async with database.connection() as conn:
            counted = await storage.count_by_hour(conn, since=since, until=until)
        return pages.page(request, "hours.html", hours=counted)
