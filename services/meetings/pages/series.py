"""The pages of series: all of them, and one with its meetings, to change it or end it from a day on."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock, local_day, midnight
from shared.database.pool import Connection, Database
from shared.errors import Refused
from shared.web.etags import etag
from shared.web.forms import Form
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import storage, unchanged, use_cases
from ..answer_views import CapacityView, NewCapacity
from ..answers import Capacity
from ..replanning import Replanned
from ..series import Series
from ..series_bodies import ChangeOfSeries, EndOfSeries
from ..series_views import SeriesView
from . import series_forms
from .reading import Filled, RefusedForm, forms_shown, number, read

log = logs.get(__name__)


def add_pages_of_series(
    router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, uid_domain: str, now: Clock
) -> None:
    """Add the list of series, and what is done to one."""

    @router.get("/series")
    async def show_all(request: Request) -> HTMLResponse:
        async with database.connection() as conn:
            series = await storage.list_series(conn)
            coming = await storage.meetings_between(conn, now(), midnight(local_day(now()) + timedelta(days=730)))
        following = {each.series_id: each for each in reversed(coming) if each.status == "scheduled"}
        return pages.page(request, "secretariat/all_series.html", series=series, following=following)

    @router.get("/series/{series_id}")
    async def show_one(request: Request, series_id: UUID) -> HTMLResponse:
        return await shown(request, series_id)

    async def shown(request: Request, series_id: UUID, refused: RefusedForm | None = None) -> HTMLResponse:
        async with database.connection() as conn:
            series = await storage.get_series(conn, series_id)
            capacity = await storage.get_series_capacity(conn, series_id)
            meetings = await storage.list_meetings(conn, since=now(), series_id=series_id)
            answers = await storage.answers_so_far(conn, [meeting.id for meeting in meetings])
            crises = await storage.list_crises(conn, series_id)
        return pages.page(
            request,
            "secretariat/series.html",
            status=refused.why.status if refused else 200,
            series=series,
            seen={
                "change": etag(SeriesView.model_validate(series)),
                "capacity": etag(CapacityView.model_validate(capacity)),
            },
            meetings=meetings,
            answers=answers,
            crises=crises,
            today=local_day(now()),
            by_hand=[each for each in meetings if each.changed_by_hand and each.status == "scheduled"],
            forms=forms_shown(_forms(series, capacity, now), refused),
            done=request.query_params.get("done"),
            counts=[number(request.query_params.get(name, "")) for name in ("changed", "added", "cancelled")],
        )

    @router.post("/series/{series_id}/change")
    async def change(request: Request, series_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> Replanned:
            await unchanged.check_series(conn, series_id, form.text("seen"))
            series = await storage.get_series(conn, series_id)
            before = series_forms.given(series, local_day(now()))
            body = read(ChangeOfSeries, series_forms.changed_series(form, before))
            return await use_cases.change_series(
                conn, series_id, body.change(), since=body.since, reason=body.reason, uid_domain=uid_domain, **how
            )

        return await replanned(request, series_id, form, "change", act)

    @router.post("/series/{series_id}/end")
    async def end(request: Request, series_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> Replanned:
            keep = bool(form.texts("keep_changed_by_hand"))
            sent = {"from": form.text("from"), "reason": form.text("reason") or None, "keep_changed_by_hand": keep}
            body = read(EndOfSeries, sent)
            return await use_cases.end_series(
                conn, series_id, since=body.since, reason=body.reason, keep_changed_by_hand=keep, **how
            )

        return await replanned(request, series_id, form, "end", act)

    async def replanned(request: Request, series_id: UUID, form: Form, name: str, act: Any) -> Response:
        correlation_id = str(uuid4())
        try:
            async with database.transaction() as conn:
                became: Replanned = await act(conn, correlation_id=correlation_id, now=now())
        except Refused as why:
            return await shown(request, series_id, RefusedForm(name, form, why))
        log.info("series replanned", what=name, series_id=str(series_id), correlation_id=correlation_id)
        counts = f"changed={len(became.changed)}&added={len(became.added)}&cancelled={len(became.cancelled)}"
        return see_other(request, f"pages/series/{series_id}?done={name}&{counts}")

    @router.post("/series/{series_id}/capacity")
    async def set_capacity(request: Request, series_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        try:
            body = read(NewCapacity, capacity_sent(form))
            async with database.transaction() as conn:
                await unchanged.check_series_capacity(conn, series_id, form.text("seen"))
                await use_cases.set_series_capacity(conn, series_id, body.capacity, now=now())
        except Refused as why:
            return await shown(request, series_id, RefusedForm("capacity", form, why))
        log.info("capacity of a series set", series_id=str(series_id))
        return see_other(request, f"pages/series/{series_id}?done=capacity")


def capacity_given(capacity: Capacity) -> Filled:
    """Return the form of how many can come."""
    places = {"in_person": capacity.in_person, "online": capacity.online}
    return Filled("capacity", {name: "" if count is None else str(count) for name, count in places.items()})


def capacity_sent(form: Form) -> dict[str, int | str | None]:
    """Return how many can come as the form says: nothing is as many as want to."""
    return {name: number(form.text(name)) if form.text(name) else None for name in ("in_person", "online")}


def _forms(series: Series, capacity: Capacity, now: Clock) -> list[Filled]:
    today = local_day(now())
    return [
        Filled("change", series_forms.given(series, today)),
        Filled("end", {"from": today.isoformat(), "reason": "", "keep_changed_by_hand": []}),
        capacity_given(capacity),
    ]
