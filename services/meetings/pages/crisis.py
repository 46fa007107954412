"""The pages of a crisis: its whole plan is shown before it is started; then to extend it, end it or undo it."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock, local_day
from shared.database.pool import Connection, Database
from shared.errors import Refused
from shared.web.forms import Form
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import storage, use_cases
from ..crisis import Crisis
from ..crisis_announcements import Plan
from ..crisis_bodies import ExtensionOfCrisis, NewCrisis
from . import series_forms
from .reading import Filled, RefusedForm, forms_shown, read

log = logs.get(__name__)


def add_pages_of_crises(
    router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, uid_domain: str, now: Clock
) -> None:
    """Add the form that turns a series to crisis cadence with its preview, and the page of a crisis."""

    async def start(conn: Connection, crisis: Crisis) -> Plan:
        return await use_cases.start_crisis(conn, crisis, uid_domain=uid_domain, correlation_id=str(uuid4()), now=now())

    async def asked(request: Request, series_id: UUID, form: Filled, plan: Plan | None = None) -> HTMLResponse:
        async with database.connection() as conn:
            series = await storage.get_series(conn, series_id)
        status = 422 if form.faults else 200
        return pages.page(request, "secretariat/new_crisis.html", status=status, series=series, form=form, plan=plan)

    def blank() -> Filled:
        return Filled("crisis", {**series_forms.USUAL_CRISIS, "from": local_day(now()).isoformat()})

    @router.get("/series/{series_id}/crisis")
    async def ask(request: Request, series_id: UUID) -> HTMLResponse:
        return await asked(request, series_id, blank())

    @router.post("/series/{series_id}/crisis")
    async def preview_or_start(
        request: Request, series_id: UUID, form: Annotated[Form, Depends(sign_in.form)]
    ) -> Response:
        starting = form.text("what") == "start"
        try:
            crisis = read(NewCrisis, series_forms.new_crisis(form)).crisis(series_id, local_day(now()))
            # A preview is the start itself, taken back.
            async with database.transaction() if starting else database.rehearsal() as conn:
                plan = await start(conn, crisis)
        except Refused as why:
            return await asked(request, series_id, blank().refused(form, why))
        if not starting:
            return await asked(request, series_id, blank().sent(form), plan)
        log.info("crisis started", crisis_id=str(crisis.id))
        return see_other(request, f"pages/crises/{crisis.id}?done=start")

    @router.get("/crises/{crisis_id}")
    async def show(request: Request, crisis_id: UUID) -> HTMLResponse:
        return await shown(request, crisis_id)

    async def shown(request: Request, crisis_id: UUID, refused: RefusedForm | None = None) -> HTMLResponse:
        async with database.connection() as conn:
            crisis = await storage.get_crisis(conn, crisis_id)
            plan = await use_cases.get_plan(conn, crisis, now())
            held = await storage.meetings_of_crisis(conn, crisis_id)
        forms = [Filled("extend", {"until": ""}), Filled("end", {}), Filled("undo", {})]
        return pages.page(
            request,
            "secretariat/crisis.html",
            status=refused.why.status if refused else 200,
            plan=plan,
            crisis=crisis,
            held=[meeting for meeting in held if meeting.starts_at <= now()],
            running=crisis.state == "running" and crisis.last_day >= local_day(now()),
            begun=crisis.first_day <= local_day(now()),
            today=local_day(now()),
            forms=forms_shown(forms, refused),
            done=request.query_params.get("done"),
        )

    @router.post("/crises/{crisis_id}/extend")
    async def extend(request: Request, crisis_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> None:
            body = read(ExtensionOfCrisis, {"until": form.text("until")})
            await use_cases.extend_crisis(conn, crisis_id, body.until, uid_domain=uid_domain, **how)

        return await acted(request, crisis_id, form, "extend", act)

    @router.post("/crises/{crisis_id}/end")
    async def end(request: Request, crisis_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> None:
            await use_cases.end_crisis(conn, crisis_id, **how)

        return await acted(request, crisis_id, form, "end", act)

    @router.post("/crises/{crisis_id}/undo")
    async def undo(request: Request, crisis_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection, **how: Any) -> None:
            await use_cases.undo_crisis(conn, crisis_id, **how)

        return await acted(request, crisis_id, form, "undo", act)

    async def acted(request: Request, crisis_id: UUID, form: Form, name: str, act: Any) -> Response:
        correlation_id = str(uuid4())
        try:
            async with database.transaction() as conn:
                await act(conn, correlation_id=correlation_id, now=now())
        except Refused as why:
            return await shown(request, crisis_id, RefusedForm(name, form, why))
        log.info("done with a crisis", what=name, crisis_id=str(crisis_id), correlation_id=correlation_id)
        return see_other(request, f"pages/crises/{crisis_id}?done={name}")
