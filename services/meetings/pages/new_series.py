"""The page that plans a series: its next twelve months are shown before it is kept."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from shared import logs
from shared.clock import Clock, local_day
from shared.database.pool import Database
from shared.errors import Refused
from shared.web.forms import Form
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import use_cases
from ..series import Series
from ..series_bodies import NewSeries
from . import series_forms
from .reading import Filled, read

log = logs.get(__name__)


class Preview(BaseModel):
    """The preview that a series is planned from."""

    preview: UUID


def add_pages_of_new_series(
    router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, uid_domain: str, now: Clock
) -> None:
    """Add the form of a new series, its preview, and the planning."""

    def blank() -> Filled:
        return Filled("new", {**series_forms.USUAL, "from": local_day(now()).isoformat()})

    def shown(request: Request, form: Filled, series: Series | None = None) -> HTMLResponse:
        return pages.page(
            request,
            "secretariat/new_series.html",
            status=422 if form.faults else 200,
            form=form,
            series=series,
            preview=uuid4(),
            days=list(series.coming_year(now())) if series else [],
        )

    @router.get("/series/new")
    async def ask(request: Request) -> HTMLResponse:
        return shown(request, blank())

    @router.post("/series/new")
    async def preview_or_plan(request: Request, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        moment, planning = now(), form.text("what") == "plan"
        try:
            asked = read(NewSeries, series_forms.new_series(form))
            series = asked.series(local_day(moment))
            series.check()
            if planning:
                # The same form, sent twice, plans the same series.
                preview = read(Preview, {"preview": form.text("preview")}).preview
                series = replace(series, id=uuid5(preview, asked.model_dump_json()))
        except Refused as why:
            return shown(request, blank().refused(form, why))
        if not planning:
            return shown(request, blank().sent(form), series)
        async with database.transaction() as conn:
            await use_cases.create_series(conn, series, uid_domain=uid_domain, now=moment)
        log.info("series created", series_id=str(series.id))
        return see_other(request, f"pages/series/{series.id}?done=planned")
