"""The page that the link in every invitation leads to: a GET shows, only a POST answers, nobody signs in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from shared import dates, logs
from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.errors import Invalid, NotFound, Refused
from shared.links import AnswerLink, AnswerLinks
from shared.web.forms import Form, read_form
from shared.web.pages import HEADERS, Pages, known_language, style_sheet

from . import use_cases
from .answer_page import find_page
from .answer_views import NewAnswer
from .answers import Answer
from .turns import Turns

log = logs.get(__name__)

pages = Pages(Path(__file__).parent / "templates", layout="link_page.html", moment=dates.moment_in_words)
FIELDS = ("answer", "attendance", "comment")


def answer_pages(database: Database, links: AnswerLinks, turns: Turns, now: Clock) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(include_in_schema=False, route_class=pages.route_class())

    @router.api_route("/answer/style.css", methods=["GET", "HEAD"])
    async def style() -> Response:
        return style_sheet()

    @router.api_route("/answer/{token}", methods=["GET", "HEAD"])
    async def show(request: Request, token: str) -> Response:
        """Show the meeting, whose answer it is, and the choices."""
        link = links.read(token)
        if link is None:
            return _unknown(request)
        async with database.connection() as conn:
            return await _shown(conn, request, link, now())

    @router.post("/answer/{token}")
    async def answer(request: Request, token: str) -> Response:
        """Keep the answer, then show it; what is wrong with it is said above the choices."""
        link, moment = links.read(token), now()
        if link is None:
            return _unknown(request)
        filled: dict[str, str] = {}
        try:
            filled = _filled(await read_form(request))
            said = _said(link, filled)
            async with turns.of(link.meeting_id), database.transaction() as conn:
                await _give(conn, link, said, moment)
        except Refused as why:
            async with database.connection() as conn:
                return await _shown(conn, request, link, moment, why=why, filled=filled)
        return Response(status_code=303, headers={**HEADERS, "Location": f"?{request.url.query}#answer"})

    return router


async def _give(conn: Connection, link: AnswerLink, said: NewAnswer, now: datetime) -> None:
    correlation_id = str(uuid4())
    await use_cases.give_answer(
        conn, link.meeting_id, link.person_id, said.said(now), correlation_id=correlation_id, now=now
    )
    log.info("answered", meeting_id=str(link.meeting_id), correlation_id=correlation_id)


def _filled(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in FIELDS if form.text(name)}


def _said(link: AnswerLink, filled: Mapping[str, str]) -> NewAnswer:
    """Return what somebody has filled in; raises Invalid with the field at fault."""
    try:
        return NewAnswer.model_validate({"person_id": link.person_id, **filled})
    except ValidationError as why:
        raise Invalid("the form is not filled in as it must be", field=str(why.errors()[0]["loc"][0])) from None


async def _shown(
    conn: Connection,
    request: Request,
    link: AnswerLink,
    now: datetime,
    *,
    why: Refused | None = None,
    filled: Mapping[str, str] | None = None,
) -> HTMLResponse:
    try:
        page = await find_page(conn, link, now)
    except NotFound:
        return _unknown(request)
    page = replace(page, language=known_language(request.query_params.get("language")) or page.language)
    if page.has_ended(now):
        return pages.page(request, "answer/ended.html", status=410, language=page.language)
    return pages.page(
        request,
        "answer/answer.html",
        status=why.status if why else 200,
        language=page.language,
        page=page,
        when=dates.span_in_words(page.meeting.starts_at, page.meeting.ends_at, page.language),
        field=why.field if why else None,
        filled=_as_filled(page.answer) if filled is None else filled,
    )


def _as_filled(answer: Answer | None) -> dict[str, str | None]:
    if answer is None:
        return {}
    return {"answer": answer.choice, "attendance": answer.attendance, "comment": answer.comment}


def _unknown(request: Request) -> HTMLResponse:
    language = known_language(request.query_params.get("language")) or "da"
    return pages.page(request, "unknown_link.html", status=404, language=language)
