"""The pages of many messages: find them, deal with them at once, see what came of each."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.forms import Form, number, reason
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import many_at_once, storage
from ..edits import subject
from ..filters import Filter
from .reading import act_of

ROWS = 50
MOST_PAGES = 10_000
READ_OF_A_MESSAGE = 64 * 1024
# An act may be on ten thousand messages; a page shows so many.
ROWS_OF_AN_ACT = 500


def add_pages_of_many(router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, now: Clock) -> None:
    """Add the list of messages, and what is done to several."""

    @router.get("/quarantine")
    async def show_list(request: Request) -> HTMLResponse:
        return await listed(request, Filter.read(request.query_params))

    async def listed(request: Request, wanted: Filter, wrong: str = "", form: Form | None = None) -> HTMLResponse:
        page = number(request.query_params.get("page", ""), MOST_PAGES) or 1
        async with database.connection() as conn:
            found, total = await storage.selected_messages(conn, wanted.selection(now()), ROWS, (page - 1) * ROWS)
            bodies = await storage.short_messages(conn, [headline.id for headline in found], READ_OF_A_MESSAGE)
            reasons, systems = await storage.reasons(conn), await storage.systems_in_quarantine(conn)
        subjects = {headline.id: None for headline in found} | {kept.id: subject(kept.standing) for kept in bodies}
        words: dict[str, Any] = {"messages": found, "total": total, "reasons": reasons, "systems": systems}
        return pages.page(
            request,
            "list.html",
            status=422 if wrong else 200,
            filter=wanted,
            number=page,
            last=max(1, -(-total // ROWS)),
            subjects=subjects,
            now=now(),
            wrong=wrong,
            form=form or Form({}),
            **words,
        )

    @router.post("/quarantine/acts")
    async def act_on_many(request: Request, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        wanted = Filter.read({name: form.text(name) for name in Filter.__slots__})
        chosen, why, act = [read for read in map(number, form.texts("id")) if read], reason(form), act_of(request, now)
        dismissing, everything = form.text("what") == "dismiss", form.text("which") == "all"
        if not everything and not chosen:
            return await listed(request, wanted, "chosen", form)
        if dismissing and not why:
            return await listed(request, wanted, "why", form)
        meant = await many_at_once.matching(database, wanted.selection(now())) if everything else chosen
        if dismissing and why:
            await many_at_once.dismiss(database, meant, why, act)
        else:
            await many_at_once.replay(database, meant, act)
        return see_other(request, f"pages/quarantine/acts/{act.id}?asked={len(meant)}")

    @router.get("/quarantine/acts/{act_id}")
    async def show_act(request: Request, act_id: UUID) -> HTMLResponse:
        async with database.connection() as conn:
            happened = await storage.act_in_history(conn, act_id)
        failed = [one for one in happened if one.what == "replay_failed"]
        done = [one for one in happened if one.what in ("replayed", "dismissed")]
        asked = number(request.query_params.get("asked", ""), many_at_once.MOST) or 0
        untouched = max(0, asked - len(failed) - len(done))
        return pages.page(request, "act.html", failed=failed, done=done, untouched=untouched, most=ROWS_OF_AN_ACT)
