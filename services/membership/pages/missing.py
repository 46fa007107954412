"""The page of what is missing from systems' complete lists: the secretariat decides what becomes of it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.clock import Clock, local_day
from shared.database.pool import Database
from shared.errors import NotFound
from shared.web.forms import Form, number
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import storage, use_cases
from .reading import act_of


def add_pages_of_missing(router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, now: Clock) -> None:
    """Add the list of what awaits a decision, and the two decisions."""

    @router.get("/missing")
    async def show_missing(request: Request) -> HTMLResponse:
        return await listed(request)

    async def listed(request: Request, wrong: str = "", form: Form | None = None) -> HTMLResponse:
        async with database.connection() as conn:
            missing = await storage.missing(conn)
        return pages.page(
            request,
            "missing.html",
            status=422 if wrong else 200,
            missing=missing,
            today=local_day(now()),
            now=now(),
            wrong=wrong,
            decided=number(request.query_params.get("decided", "")),
            form=form or Form({}),
        )

    @router.post("/missing")
    async def decide(request: Request, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        chosen = [read for read in map(number, form.texts("id")) if read]
        on = _day(form.text("on"))
        if not chosen:
            return await listed(request, "chosen", form)
        if form.text("what") == "remove" and on is None:
            return await listed(request, "on", form)
        who = act_of(request, now).who
        try:
            async with database.transaction() as conn:
                if form.text("what") == "remove" and on:
                    await use_cases.remove_missing(conn, chosen, who, on, now())
                else:
                    await use_cases.keep_missing(conn, chosen, who, now())
        except NotFound:
            return await listed(request, "gone", form)
        return see_other(request, f"pages/missing?decided={len(chosen)}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
