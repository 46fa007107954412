"""The page of topics: hold one, so that nothing is mailed about it, and release it."""

from contextlib import suppress
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.forms import Form, reason
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import storage, use_cases
from ..domain import Topic
from ..topics import TOPIC_NAMES, UNSENT_TOPICS

TOPICS = [topic for topic in get_args(Topic) if topic not in UNSENT_TOPICS]


def add_pages_of_topics(router: APIRouter, database: Database, pages: Pages, sign_in: SignIn, now: Clock) -> None:
    """Add the list of topics, and the two acts."""

    @router.get("/topics")
    async def show_topics(request: Request) -> HTMLResponse:
        return await shown(request)

    async def shown(request: Request, wrong: str = "") -> HTMLResponse:
        async with database.connection() as conn:
            held = {each.topic: each for each in await storage.held_topics(conn)}
        return pages.page(
            request,
            "topics.html",
            status=422 if wrong else 200,
            here="pages/topics",
            topics=TOPICS,
            names=TOPIC_NAMES,
            held=held,
            wrong=wrong,
            late="late" in request.query_params,
        )

    @router.post("/topics/{topic}/hold")
    async def hold(request: Request, topic: Topic, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        why = reason(form)
        if why is None:
            return await shown(request, topic)
        with suppress(use_cases.AlreadyHeld):
            async with database.transaction() as conn:
                await use_cases.hold_topic(conn, topic, why, now(), who=request.state.session.who)
            return see_other(request, "pages/topics")
        return see_other(request, "pages/topics?late=yes")

    @router.post("/topics/{topic}/release")
    async def release(request: Request, topic: Topic, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        with suppress(use_cases.NotHeld):
            async with database.transaction() as conn:
                await use_cases.release_topic(conn, topic, now())
            return see_other(request, "pages/topics")
        return see_other(request, "pages/topics?late=yes")
