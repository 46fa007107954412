"""The page of the contacts to whose address mail is refused: the secretariat finds out where they are reached."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.pages import Pages

from .. import storage


def add_page_of_unreachable(router: APIRouter, database: Database, pages: Pages, now: Clock) -> None:
    """Add the list; it changes with what systems report and with what mail servers say, and not from here."""

    @router.get("/unreachable")
    async def show_unreachable(request: Request) -> HTMLResponse:
        async with database.connection() as conn:
            unreachable = await storage.unreachable_people(conn)
        return pages.page(request, "unreachable.html", unreachable=unreachable, now=now())
