"""The page that mutes one topic: a GET shows what that means, a POST mutes at once, and nobody signs in."""

from pathlib import Path
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.web.pages import HEADERS, Pages, known_language, language_of, style_sheet

from . import storage, use_cases
from .domain import CRITICAL_TOPICS, Language
from .links import Links, Unsubscribe
from .topics import TOPIC_NAMES

log = logs.get(__name__)

pages = Pages(Path(__file__).parent / "templates" / "pages", layout="link_page.html")


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
            return _unknown(request)
        async with database.connection() as conn:
            return await shown(request, conn, token, link)

    @router.post("/unsubscribe/{token}")
    async def mute(request: Request, token: str) -> HTMLResponse:
        """Mute the topic, at once and any number of times: mail programs post here themselves (RFC 8058)."""
        link, correlation_id = links.read_unsubscribe(token), str(uuid4())
        if link is None:
            return _unknown(request)
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
            return _unknown(request)
        async with database.transaction() as conn:
            await use_cases.unmute(conn, link.person_id, link.topic, correlation_id=correlation_id, now=now())
        _log("topic no longer muted", link, correlation_id)
        language = known_language(request.query_params.get("language"))
        back = f"../{token}?undone=yes" + (f"&language={language}" if language else "")
        return Response(status_code=303, headers={**HEADERS, "Location": back})

    async def shown(request: Request, conn: Connection, token: str, link: Unsubscribe) -> HTMLResponse:
        reader = await storage.find_reader(conn, link.person_id)
        muted = await storage.muted_topics(conn, link.person_id)
        theirs: Language = reader["language"] if reader else "da"
        language = known_language(request.query_params.get("language")) or theirs
        return pages.page(
            request,
            "unsubscribe.html",
            language=language,
            name=reader["name"] if reader else None,
            topic=link.topic,
            topic_name=TOPIC_NAMES[language][link.topic],
            muted=muted,
            critical=CRITICAL_TOPICS,
            undone="undone" in request.query_params,
            token=token,
            preferences_token=links.preferences_token(link.person_id),
        )

    return router


def _unknown(request: Request) -> HTMLResponse:
    return pages.page(request, "unknown_link.html", status=404, language=language_of(request))


def _log(what: str, link: Unsubscribe, correlation_id: str) -> None:
    log.info(what, person_id=str(link.person_id), topic=link.topic, correlation_id=correlation_id)
