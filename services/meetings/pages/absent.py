"""The page of who has stayed away three times running."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.clock import Clock, local_day
from shared.database.pool import Database
from shared.web.pages import Pages

from .. import storage, use_cases


def add_page_of_absent(router: APIRouter, database: Database, pages: Pages, now: Clock) -> None:
    """Add the list of the members that were absent three times running, by series."""

    @router.get("/absent")
    async def show_absent(request: Request) -> HTMLResponse:
        async with database.connection() as conn:
            absent = await use_cases.list_absent(conn, local_day(now()))
            series = {each.id: each for each in await storage.list_series(conn)}
        return pages.page(request, "secretariat/absent.html", absent=absent, series=series)
