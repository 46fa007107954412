"""The page of addresses that must not be written to: why, whose they are, and the end of one."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.forms import Form
from shared.web.pages import Pages, see_other
from shared.web.paging import Cursors, Moment
from shared.web.sign_in import SignIn

from .. import storage, use_cases
from ..suppressions import Position

ROWS = 50
CURSORS: Cursors[Position] = Cursors(tuple[Moment, UUID])


def add_pages_of_suppressions(router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, now: Clock) -> None:
    """Add the list of those in force, and the act that ends one."""

    @router.get("/suppressions")
    async def show_suppressions(request: Request) -> HTMLResponse:
        after = CURSORS.position(request.query_params.get("after"))
        async with database.connection() as conn:
            found = await storage.list_suppressions(conn, in_force=True, before=after, most=ROWS)
            addresses = [suppression.address for suppression in found]
            waiting = await storage.count_suppressed(conn, addresses)
            people = await storage.people_at(conn, addresses)
        return pages.page(
            request,
            "suppressions.html",
            suppressions=found,
            people=people,
            waiting=waiting,
            undone="undone" in request.query_params,
            late="late" in request.query_params,
            first=after is None,
            next=CURSORS.cursor(found[-1].position) if len(found) == ROWS else None,
        )

    @router.post("/suppressions/{suppression_id}/undo")
    async def undo(request: Request, suppression_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        with suppress(use_cases.NotSuppressed):
            async with database.transaction() as conn:
                await use_cases.undo_suppression(conn, suppression_id, now())
            return see_other(request, "pages/suppressions?undone=yes")
        return see_other(request, "pages/suppressions?late=yes")
