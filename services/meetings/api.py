"""The JSON API of meetings: list them, move or cancel one."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Response

from shared import logs
from shared.clock import Clock, local_day, midnight
from shared.database.pool import Database
from shared.web.etags import IfMatch, tag
from shared.web.once import once
from shared.web.operator import Guard
from shared.web.paging import PAGE, After, Cursors, Moment

from . import storage, unchanged, use_cases
from .bodies import Cancellation, Day, Move
from .showing import shown, shown_one
from .views import MeetingsView, MeetingView

CURSORS = Cursors(tuple[Moment, UUID])

log = logs.get(__name__)


def api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("/meetings")
    async def list_meetings(
        since: Annotated[Day | None, Query(alias="from", description="Today, if not given.")] = None,
        series: UUID | None = None,
        after: After = None,
    ) -> MeetingsView:
        first = midnight(since or local_day(now()))
        async with database.connection() as conn:
            found = await storage.meetings_after(conn, CURSORS.position(after), PAGE, since=first, series_id=series)
            more = CURSORS.cursor((found[-1].starts_at, found[-1].id)) if len(found) == PAGE else None
            return MeetingsView(meetings=await shown(conn, found), next=more)

    @router.get("/meetings/{meeting_id}")
    async def get_meeting(meeting_id: UUID, response: Response) -> MeetingView:
        async with database.connection() as conn:
            view = await shown_one(conn, await storage.get_meeting(conn, meeting_id))
        tag(response, view)
        return view

    @router.post("/meetings/{meeting_id}/move")
    async def move_meeting(meeting_id: UUID, body: Move, response: Response, if_match: IfMatch = None) -> MeetingView:
        correlation_id = str(uuid4())
        async with database.transaction() as conn:
            await unchanged.check_meeting(conn, meeting_id, if_match)
            meeting = await use_cases.move_meeting(
                conn, meeting_id, body.change(), correlation_id=correlation_id, now=now()
            )
            view = await shown_one(conn, meeting)
        tag(response, view)
        log.info("move asked for", meeting_id=str(meeting_id), correlation_id=correlation_id)
        return view

    @router.post("/meetings/{meeting_id}/cancel")
    async def cancel_meeting(
        meeting_id: UUID, response: Response, body: Cancellation | None = None, if_match: IfMatch = None
    ) -> MeetingView:
        correlation_id = str(uuid4())
        reason = body.reason if body else None
        async with database.transaction() as conn:
            await unchanged.check_meeting(conn, meeting_id, if_match)
            meeting = await use_cases.cancel_meeting(conn, meeting_id, reason, correlation_id=correlation_id, now=now())
            view = await shown_one(conn, meeting)
        tag(response, view)
        log.info("cancellation asked for", meeting_id=str(meeting_id), correlation_id=correlation_id)
        return view

    @router.get("/overview")
    async def overview() -> dict[str, int]:
        """Count what meetings knows, by kind and state."""
        async with database.connection() as conn:
            return await storage.overview(conn)

    return router
