"""The page where a person chooses what to get and in which language: a GET shows, only a POST changes it."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.errors import Invalid
from shared.web.forms import Form, read_form
from shared.web.pages import HEADERS, known_language, style_sheet

from . import use_cases
from .choices import Choice
from .domain import MUTABLE_TOPICS
from .links import Links
from .reader_pages import page_for, page_of_unknown_link, pages
from .topics import UNSENT_TOPICS

log = logs.get(__name__)


def preference_pages(database: Database, links: Links, now: Clock) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(include_in_schema=False, route_class=pages.route_class())

    @router.api_route("/preferences/style.css", methods=["GET", "HEAD"])
    async def style() -> Response:
        return style_sheet()

    @router.api_route("/preferences/{token}", methods=["GET", "HEAD"])
    async def show(request: Request, token: str) -> Response:
        """Show what a person gets, what they may choose, and what they get in any case and why."""
        person_id = links.read_preferences(token)
        return page_of_unknown_link(request) if person_id is None else await _shown(request, person_id)

    @router.post("/preferences/{token}")
    async def choose(request: Request, token: str) -> Response:
        """Keep what a person chooses, then show it in the language that they chose."""
        person_id = links.read_preferences(token)
        if person_id is None:
            return page_of_unknown_link(request)
        wanted, correlation_id = _chosen(await read_form(request)), str(uuid4())
        async with database.transaction() as conn:
            await use_cases.choose(conn, person_id, wanted, correlation_id=correlation_id, now=now())
        log.info("preferences chosen", person_id=str(person_id), correlation_id=correlation_id)
        return Response(status_code=303, headers={**HEADERS, "Location": "?saved=yes#saved"})

    async def _shown(request: Request, person_id: UUID) -> HTMLResponse:
        async with database.connection() as conn:
            return await page_for(
                request,
                conn,
                person_id,
                "preferences.html",
                topics=MUTABLE_TOPICS,
                unsent=UNSENT_TOPICS,
                saved="saved" in request.query_params,
            )

    return router


def _chosen(form: Form) -> Choice:
    """Return what somebody has ticked; raises Invalid where that is not what our form sends."""
    language = known_language(form.text("language"))
    if language is None:
        raise Invalid("choose a language: da or en", field="language")
    wanted = set(form.texts("topic"))
    if not wanted <= set(MUTABLE_TOPICS):
        raise Invalid(f"there are these to choose from: {', '.join(MUTABLE_TOPICS)}", field="topic")
    return Choice(language, frozenset(topic for topic in MUTABLE_TOPICS if topic not in wanted))
