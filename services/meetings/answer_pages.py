"""The page that the link in every invitation leads to: a GET shows, only a POST answers, nobody signs in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from pydantic import ValidationError

from shared import dates, logs
from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.errors import Conflict, Invalid, NotFound
from shared.links import AnswerLink, AnswerLinks

from . import use_cases
from .answer_page import AnswerPage, find_page
from .answer_views import NewAnswer
from .turns import Turns

log = logs.get(__name__)

MOST_OCTETS = 64 * 1024
# Nothing is loaded, nothing is kept, and no other site learns the address.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@pass_context
def _in_the_pages_language(context: Context, danish: str, english: str) -> str:
    return english if context["language"] == "en" else danish


templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals["t"] = _in_the_pages_language
templates.filters |= {"moment": dates.moment_in_words}


def answer_pages(database: Database, links: AnswerLinks, turns: Turns, now: Clock) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.api_route("/answer/{token}", methods=["GET", "HEAD"])
    async def show(request: Request, token: str) -> Response:
        """Show the meeting, whose answer it is, and the choices."""
        async with database.connection() as conn:
            return await _shown(conn, request, links.read(token), now())

    @router.post("/answer/{token}")
    async def answer(request: Request, token: str) -> Response:
        """Keep the answer, then show it; what is wrong with it is said above the choices."""
        link, moment = links.read(token), now()
        if link is None:
            return _unknown(request)
        try:
            said = _said(link, await _fields(request))
            async with turns.of(link.meeting_id), database.transaction() as conn:
                await _give(conn, link, said, moment)
        except (Conflict, Invalid, NotFound) as why:
            async with database.connection() as conn:
                return await _shown(conn, request, link, moment, why=why)
        return Response(status_code=303, headers={**HEADERS, "Location": f"?{request.url.query}#answer"})

    return router


async def _give(conn: Connection, link: AnswerLink, said: NewAnswer, now: datetime) -> None:
    correlation_id = str(uuid4())
    await use_cases.give_answer(
        conn, link.meeting_id, link.person_id, said.said(now), correlation_id=correlation_id, now=now
    )
    log.info("answered", meeting_id=str(link.meeting_id), correlation_id=correlation_id)


async def _fields(request: Request) -> Mapping[str, str]:
    """Read what the form sends; raises Invalid where it is no form or too much."""
    sent = bytearray()
    async for octets in request.stream():
        sent += octets
        if len(sent) > MOST_OCTETS:
            raise Invalid("this is more than a form of ours sends")
    try:
        return {name: values[0] for name, values in parse_qs(sent.decode(), max_num_fields=10).items()}
    except ValueError:
        raise Invalid("this is not what a form of ours sends") from None


def _said(link: AnswerLink, fields: Mapping[str, str]) -> NewAnswer:
    """Return what somebody has filled in; raises Invalid with the field at fault."""
    filled = {name: fields[name] for name in ("answer", "attendance", "comment") if name in fields}
    if "comment" in filled:
        filled["comment"] = filled["comment"].replace("\r\n", "\n")
    try:
        return NewAnswer.model_validate({"person_id": link.person_id, **filled})
    except ValidationError as why:
        raise Invalid("the form is not filled in as it must be", field=str(why.errors()[0]["loc"][0])) from None


async def _shown(
    conn: Connection,
    request: Request,
    link: AnswerLink | None,
    now: datetime,
    *,
    why: Conflict | Invalid | NotFound | None = None,
) -> HTMLResponse:
    if link is None:
        return _unknown(request)
    try:
        page = await find_page(conn, link, now)
    except NotFound:
        return _unknown(request)
    page = _in_the_chosen_language(page, request)
    if page.has_ended(now):
        return _page("answer/ended.html", page, status=410)
    return _page("answer/answer.html", page, status=why.status if why else 200, field=why.field if why else None)


def _in_the_chosen_language(page: AnswerPage, request: Request) -> AnswerPage:
    match request.query_params.get("language"):
        case "da":
            return replace(page, language="da")
        case "en":
            return replace(page, language="en")
    return page


def _page(template: str, page: AnswerPage, *, status: int, field: str | None = None) -> HTMLResponse:
    when = dates.span_in_words(page.meeting.starts_at, page.meeting.ends_at, page.language)
    words = {"page": page, "language": page.language, "when": when, "field": field}
    return HTMLResponse(templates.get_template(template).render(words), status, headers=HEADERS)


def _unknown(request: Request) -> HTMLResponse:
    language = "en" if request.query_params.get("language") == "en" else "da"
    return HTMLResponse(templates.get_template("answer/unknown.html").render(language=language), 404, headers=HEADERS)
