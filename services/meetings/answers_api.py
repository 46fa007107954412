"""The JSON API of answers: who comes, answer on somebody's behalf, how many can come."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.web.etags import IfMatch, tag
from shared.web.once import once
from shared.web.operator import Guard
from shared.web.paging import PAGE, After, Cursors, Moment

from . import storage, unchanged, use_cases
from .answer_views import AnswersView, AnswerView, CapacityView, NewAnswer, NewCapacity, shown
from .turns import Turns

CURSORS = Cursors(tuple[Moment, UUID])

log = logs.get(__name__)


def answers_api(database: Database, guard: Guard, turns: Turns, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("/meetings/{meeting_id}/answers")
    async def list_answers(meeting_id: UUID, after: After = None) -> AnswersView:
        async with database.connection() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            meeting = await storage.get_meeting(conn, meeting_id)
            places = await storage.count_places(conn, meeting.id, await storage.get_capacity(conn, meeting.id))
            line = await storage.list_in_line(conn, meeting.id)
            listed = await storage.list_answers(conn, meeting.id, after=CURSORS.position(after), most=PAGE)
        last = listed[-1][0] if len(listed) == PAGE else None
        return shown(listed, line, places, CURSORS.cursor((last.given_at, last.person_id)) if last else None)

    @router.post("/meetings/{meeting_id}/answers")
    async def answer(meeting_id: UUID, body: NewAnswer) -> AnswerView:
        correlation_id, moment = str(uuid4()), now()
        async with turns.of(meeting_id), database.transaction() as conn:
            given = await use_cases.give_answer(
                conn, meeting_id, body.person_id, body.said(moment), correlation_id=correlation_id, now=moment
            )
        log.info("answered on behalf", meeting_id=str(meeting_id), correlation_id=correlation_id)
        return AnswerView.model_validate(given)

    @router.get("/meetings/{meeting_id}/capacity")
    async def get_capacity(meeting_id: UUID, response: Response) -> CapacityView:
        async with database.connection() as conn:
            meeting = await storage.get_meeting(conn, meeting_id)
            view = CapacityView.model_validate(await storage.get_capacity(conn, meeting.id))
        tag(response, view)
        return view

    @router.post("/meetings/{meeting_id}/capacity")
    async def set_capacity(meeting_id: UUID, body: NewCapacity, if_match: IfMatch = None) -> CapacityView:
        async with turns.of(meeting_id), database.transaction() as conn:
            await unchanged.check_capacity(conn, meeting_id, if_match)
            capacity = await use_cases.set_capacity(conn, meeting_id, body.capacity, now=now())
        log.info("capacity set", meeting_id=str(meeting_id))
        return CapacityView.model_validate(capacity)

    @router.get("/series/{series_id}/capacity")
    async def get_series_capacity(series_id: UUID, response: Response) -> CapacityView:
        async with database.connection() as conn:
            view = CapacityView.model_validate(await storage.get_series_capacity(conn, series_id))
        tag(response, view)
        return view

    @router.post("/series/{series_id}/capacity")
    async def set_series_capacity(series_id: UUID, body: NewCapacity, if_match: IfMatch = None) -> CapacityView:
        async with database.transaction() as conn:
            await unchanged.check_series_capacity(conn, series_id, if_match)
            capacity = await use_cases.set_series_capacity(conn, series_id, body.capacity, now=now())
        log.info("capacity of a series set", series_id=str(series_id))
        return CapacityView.model_validate(capacity)

    return router
