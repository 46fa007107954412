"""The pages of one message: what it says and what is wrong with it, another version of it, what becomes of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.clock import Clock
from shared.database.pool import Database
from shared.errors import Invalid
from shared.web.forms import Form, reason
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import lines, many_at_once, storage, use_cases
from ..bodies import KeptId
from ..edits import ATTRIBUTES, Edit, editable, opened, subject
from ..messages import Kept
from ..quarantine import TRIABLE
from .reading import act_of


def add_pages_of_one(router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, now: Clock) -> None:
    """Add the page of a message, and what is done to it."""

    @router.get("/quarantine/{kept_id}")
    async def show_message(request: Request, kept_id: KeptId) -> HTMLResponse:
        return await shown(request, kept_id)

    async def shown(request: Request, kept_id: int, wrong: str = "") -> HTMLResponse:
        async with database.connection() as conn:
            kept = await storage.get_kept(conn, kept_id)
            history = await storage.history(conn, kept_id)
        act = request.query_params.get("act")
        return pages.page(
            request,
            "message.html",
            status=422 if wrong else 200,
            kept=kept,
            opened=opened(kept.standing),
            subject=subject(kept.standing),
            history=history,
            outcome=next((one for one in reversed(history) if str(one.act) == act), None),
            triable=kept.state in TRIABLE,
            wrong=wrong,
        )

    @router.post("/quarantine/{kept_id}/replay")
    async def replay(
        request: Request, kept_id: KeptId, form: Annotated[Form, Depends(sign_in.form)]
    ) -> RedirectResponse:
        act = act_of(request, now)
        await many_at_once.replay(database, [kept_id], act)
        return see_other(request, f"pages/quarantine/{kept_id}?act={act.id}")

    @router.post("/quarantine/{kept_id}/dismiss")
    async def dismiss(request: Request, kept_id: KeptId, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        act, why = act_of(request, now), reason(form)
        if why is None:
            return await shown(request, kept_id, "why")
        await many_at_once.dismiss(database, [kept_id], why, act)
        return see_other(request, f"pages/quarantine/{kept_id}?act={act.id}")

    @router.get("/quarantine/{kept_id}/edit")
    async def ask_for_edit(request: Request, kept_id: KeptId) -> HTMLResponse:
        async with database.connection() as conn:
            kept = await storage.get_kept(conn, kept_id)
            given = _proposal(kept, await storage.sources(conn))
        return asked(request, kept, given)

    def asked(request: Request, kept: Kept, given: dict[str, Any], why: Invalid | None = None) -> HTMLResponse:
        return pages.page(
            request,
            "edit.html",
            status=why.status if why else 200,
            kept=kept,
            opened=opened(kept.standing),
            editable=editable(kept.delivery, now()),
            given=given,
            wrong=why,
        )

    @router.post("/quarantine/{kept_id}/edit")
    async def edit(request: Request, kept_id: KeptId, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        act = act_of(request, now)
        async with database.connection() as conn:
            kept = await storage.get_kept(conn, kept_id)
        attributes = {name: form.text(name) for name in editable(kept.delivery, now())}
        try:
            async with database.transaction() as conn:
                await use_cases.edit(conn, kept_id, Edit(attributes, form.text("data")), act)
        except Invalid as why:
            return asked(request, kept, {**attributes, "data": form.text("data")}, why)
        if form.text("what") == "replay":
            await many_at_once.replay(database, [kept_id], act)
        return see_other(request, f"pages/quarantine/{kept_id}?act={act.id}")


def _proposal(kept: Kept, sources: dict[str, str]) -> dict[str, Any]:
    """Return what an edit begins with: what stands there, and for what is missing what may be right."""
    stands = opened(kept.standing)
    own = [source for source, system in sources.items() if system == kept.delivery.system]
    proposed = {
        "source": own[0] if len(own) == 1 else "",
        "id": f"quarantine-{kept.id}",
        "time": kept.delivery.received_at.isoformat(timespec="seconds"),
    }
    given = {name: stands.attributes.get(name) or proposed.get(name, "") for name in ATTRIBUTES}
    return {**given, "data": lines.written(stands.data)}
