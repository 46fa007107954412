"""The pages of many e-mails: find them, and send those again that could not be delivered."""

from collections import Counter
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.clock import Clock
from shared.database.pool import Database
from shared.errors import Invalid
from shared.web.forms import Form, number, reason
from shared.web.pages import Pages, see_other
from shared.web.paging import Cursors
from shared.web.sign_in import SignIn

from .. import many_at_once, storage
from ..fate_bodies import EmailId
from ..fates import Left
from ..filters import Filter
from .reading import act_of

ROWS = 50
MEETINGS = 200
CURSORS = Cursors(EmailId)


def add_pages_of_many(
    router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, mail_domain: str, now: Clock
) -> None:
    """Add the list of e-mails, and what is done to several."""

    @router.get("/emails")
    async def show_list(request: Request) -> HTMLResponse:
        return await listed(request, Filter.read(request.query_params))

    async def listed(request: Request, wanted: Filter, wrong: str = "", form: Form | None = None) -> HTMLResponse:
        selection, form = wanted.selection(), form or Form({})
        after = request.query_params.get("after") or form.text("after") or None
        async with database.connection() as conn:
            found = await storage.list_fates(conn, selection, _position(after), ROWS)
            failed = await storage.count_failures(conn, selection)
            reader = await storage.name_of(conn, selection.person_id) if selection.person_id else None
            organisations = await storage.list_organisations(conn)
            meetings = await storage.list_meetings(conn, MEETINGS)
            failures = await storage.count_failures_by_reply(conn)
        return pages.page(
            request,
            "list.html",
            status=422 if wrong else 200,
            here=f"pages/emails?{wanted.query(after=after or '')}",
            filter=wanted,
            after=after,
            next=CURSORS.cursor(found[-1].id) if len(found) == ROWS else None,
            emails=found,
            failed=failed,
            reader=reader,
            organisations=organisations,
            meetings=meetings,
            failures=failures,
            asked=_count(request, "asked"),
            left={left: count for left in get_args(Left) if (count := _count(request, left))},
            wrong=wrong,
            form=form,
        )

    @router.post("/emails/resend")
    async def resend_many(request: Request, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        wanted = Filter.read({name: form.text(name) for name in Filter.__slots__})
        ids, why = [read for read in map(number, form.texts("id")) if read], reason(form)
        everything = form.text("which") == "all"
        if not everything and not ids:
            return await listed(request, wanted, "chosen", form)
        if not why:
            return await listed(request, wanted, "why", form)
        if everything:
            ids = [failure.id for failure in await many_at_once.failures(database, wanted.selection())]
        act = act_of(request, why, now)
        done = await many_at_once.resend(database, ids, act, mail_domain)
        left = Counter[str](one.left for one in done if one.left)
        return see_other(request, f"pages/emails?act={act.id}&{urlencode({'asked': len(done), **left})}")


def _count(request: Request, name: str) -> int | None:
    return number(request.query_params.get(name, ""), many_at_once.MOST)


def _position(after: str | None) -> int | None:
    try:
        return CURSORS.position(after)
    except Invalid:
        return None
