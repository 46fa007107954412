"""The pages of one e-mail: what became of it, what it looks like to its reader, and sending it again."""

from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.web.forms import Form, reason
from shared.web.pages import HEADERS, Pages, see_other
from shared.web.sign_in import SignIn

from .. import many_at_once, storage
from ..fate_bodies import EmailId
from ..fates import Left
from ..showing import Shown, Viewer
from .reading import act_of

log = logs.get(__name__)

# The page around a mail may show it in a frame.
WITH_A_FRAME = HEADERS | {"Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"}
# The mail is shown in our frame alone, as if it came from a site of its own; it loads, runs and sends nothing.
OF_A_MAIL = HEADERS | {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def add_pages_of_one(
    router: APIRouter,
    database: Database,
    pages: Pages,
    sign_in: SignIn,
    viewer: Viewer,
    mail_domain: str,
    now: Clock,
) -> None:
    """Add the page of an e-mail, the mail itself, and sending it again."""

    @router.get("/emails/{email_id}")
    async def show_email(request: Request, email_id: EmailId) -> HTMLResponse:
        return await shown(request, email_id)

    async def shown(request: Request, email_id: int, wrong: str = "") -> HTMLResponse:
        async with database.connection() as conn:
            fate = await storage.get_fate(conn, email_id)
            handings = await storage.list_handings(conn, email_id)
            resendings = await storage.list_resendings(conn, email_id)
        left = request.query_params.get("left")
        return pages.page(
            request,
            "email.html",
            status=422 if wrong else 200,
            email=fate,
            happened=sorted([*handings, *resendings], key=lambda one: one.at),
            past=fate.expires_at is not None and fate.expires_at <= now(),
            resent="resent" in request.query_params,
            left=left if left in get_args(Left) else None,
            wrong=wrong,
        )

    @router.post("/emails/{email_id}/resend")
    async def resend(request: Request, email_id: EmailId, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        why = reason(form)
        if why is None:
            return await shown(request, email_id, "why")
        done = await many_at_once.resend(database, [email_id], act_of(request, why, now), mail_domain)
        left = next((one.left for one in done), None)
        return see_other(request, f"pages/emails/{email_id}?" + (f"left={left}" if left else "resent="))

    @router.get("/emails/{email_id}/mail")
    async def show_mail(request: Request, email_id: EmailId) -> HTMLResponse:
        page = pages.page(request, "mail.html", email_id=email_id, shown=await looked_at(email_id))
        page.headers.update(WITH_A_FRAME)
        return page

    @router.get("/emails/{email_id}/mail/html")
    async def show_body(email_id: EmailId) -> HTMLResponse:
        return HTMLResponse((await looked_at(email_id)).html, headers=OF_A_MAIL)

    async def looked_at(email_id: int) -> Shown:
        """Return a mail as its reader sees it; that somebody looked is logged, and nothing of what they saw."""
        async with database.connection() as conn:
            email = await storage.get_email(conn, email_id)
        log.info("an e-mail is looked at", email_id=email_id, correlation_id=email.correlation_id)
        return viewer.show(email)
