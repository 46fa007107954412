"""The page that mutes one topic: a GET shows what that means, a POST mutes at once, and nobody signs in."""

from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.web.pages import HEADERS, known_language, style_sheet

from . import use_cases
from .links import Links, Unsubscribe
from .reader_pages import page_for, page_of_unknown_link, pages

log = logs.get(__name__)


def unsubscribe_pages(database: Database, links: Links, now: Clock) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(include_in_schema=False, route_class=pages.route_class())

    @router.api_route("/unsubscribe/style.css", methods=["GET", "HEAD"])
    async def style() -> Response:
        return style_sheet()

    @router.api_route("/unsubscribe/{token}", methods=["GET", "HEAD"])
    async def show(request: Request, token: str) -> HTMLResponse:
        """Show what unsubscribing means, or that it is done, with the way back."""
        link = links.read_unsubscribe(token)
        if link is None:
            return page_of_unknown_link(request)
        async with database.connection() as conn:
            return await shown(request, conn, token, link)

    @router.post("/unsubscribe/{token}")
    async def mute(request: Request, token: str) -> HTMLResponse:
        """Mute the topic, at once and any number of times: mail programs post here themselves (RFC 8058)."""
        link, correlation_id = links.read_unsubscribe(token), str(uuid4())
        if link is None:
            return page_of_unknown_link(request)
        async with database.transaction() as conn:
            await use_cases.mute(conn, link.person_id, link.topic, correlation_id=correlation_id, now=now())
            page = await shown(request, conn, token, link)
        _log("topic muted", link, correlation_id)
        return page

    @router.post("/unsubscribe/{token}/undo")
    async def unmute(request: Request, token: str) -> Response:
        """Send the topic again, then show the page as it was."""
        link, correlation_id = links.read_unsubscribe(token), str(uuid4())
        if link is None:
            return page_of_unknown_link(request)
        async with database.transaction() as conn:
            await use_cases.unmute(conn, link.person_id, link.topic, correlation_id=correlation_id, now=now())
        _log("topic no longer muted", link, correlation_id)
        language = known_language(request.query_params.get("language"))
        back = f"../{token}?undone=yes" + (f"&language={language}" if language else "")
        return Response(status_code=303, headers={**HEADERS, "Location": back})

    async def shown(request: Request, conn: Connection, token: str, link: Unsubscribe) -> HTMLResponse:
        return await page_for(
            request,
            conn,
            link.person_id,
            "unsubscribe.html",
            topic=link.topic,
            undone="undone" in request.query_params,
            token=token,
            preferences_token=links.preferences_token(link.person_id),
        )

    return router


def _log(what: str, link: Unsubscribe, correlation_id: str) -> None:
    log.info(what, person_id=str(link.person_id), topic=link.topic, correlation_id=correlation_id)
