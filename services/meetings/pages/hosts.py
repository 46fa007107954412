"""The page of which town hosts a meeting: whose turn it is and why, have a town host it, leave a town out."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.errors import Refused
from shared.web.forms import Form
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import storage, use_cases
from ..host_views import ChosenHost, NewExclusion, TownBody
from .reading import Filled, RefusedForm, forms_shown, read, texts

log = logs.get(__name__)


def add_pages_of_hosts(router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, now: Clock) -> None:
    """Add the page of a meeting's host, and what is decided there."""

    @router.get("/meetings/{meeting_id}/host")
    async def show(request: Request, meeting_id: UUID) -> HTMLResponse:
        return await shown(request, meeting_id)

    async def shown(request: Request, meeting_id: UUID, refused: RefusedForm | None = None) -> HTMLResponse:
        async with database.connection() as conn:
            meeting = await storage.get_meeting(conn, meeting_id)
            proposal = await use_cases.propose_host(conn, meeting_id)
        towns = [candidate.town for candidate in proposal.candidates]
        town = proposal.host_town if proposal.host_town in towns else next(iter(towns), "")
        forms = [
            Filled("choose", {"town": town, "place": "", "address": ""}),
            Filled("exclude", {"town": "", "reason": ""}),
            Filled("include", {}),
        ]
        return pages.page(
            request,
            "secretariat/host.html",
            status=refused.why.status if refused else 200,
            meeting=meeting,
            proposal=proposal,
            forms=forms_shown(forms, refused),
            now=now(),
            done=request.query_params.get("done"),
        )

    @router.post("/meetings/{meeting_id}/host/choose")
    async def choose(request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection) -> None:
            body = read(ChosenHost, texts(form, ("town", "place", "address")))
            how: dict[str, Any] = {"correlation_id": str(uuid4()), "now": now()}
            await use_cases.choose_host(conn, meeting_id, body.town, place=body.place, address=body.address, **how)

        return await acted(request, meeting_id, form, "choose", act)

    @router.post("/meetings/{meeting_id}/host/exclude")
    async def exclude(request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection) -> None:
            body = read(NewExclusion, {**texts(form, ("town", "reason")), "who": request.state.session.who})
            await use_cases.exclude_town(conn, body.exclusion(now()))

        return await acted(request, meeting_id, form, "exclude", act)

    @router.post("/meetings/{meeting_id}/host/include")
    async def include(request: Request, meeting_id: UUID, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        async def act(conn: Connection) -> None:
            await use_cases.include_town(conn, read(TownBody, texts(form, ["town"])).town)

        return await acted(request, meeting_id, form, "include", act)

    async def acted(request: Request, meeting_id: UUID, form: Form, name: str, act: Any) -> Response:
        try:
            async with database.transaction() as conn:
                await act(conn)
        except Refused as why:
            return await shown(request, meeting_id, RefusedForm(name, form, why))
        log.info("host decided", what=name, meeting_id=str(meeting_id))
        return see_other(request, f"pages/meetings/{meeting_id}/host?done={name}")
