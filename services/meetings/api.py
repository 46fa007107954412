"""The JSON API of meetings: list them, move or cancel one."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query

from shared import logs
from shared.clock import Clock, local_day, midnight
from shared.database.pool import Database
from shared.web.operator import Guard

from . import storage, use_cases
from .bodies import Cancellation, Day, Move
from .showing import shown, shown_one
from .views import MeetingsView, MeetingView

log = logs.get(__name__)


def api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)])

    @router.get("/meetings")
    async def list_meetings(
        since: Annotated[Day | None, Query(alias="from", description="Today, if not given.")] = None,
        series: UUID | None = None,
    ) -> MeetingsView:
        first_day = since or local_day(now())
        async with database.connection() as conn:
            meetings = await storage.list_meetings(conn, since=midnight(first_day), series_id=series)
            return MeetingsView(meetings=await shown(conn, meetings))

    @router.get("/meetings/{meeting_id}")
    async def get_meeting(meeting_id: UUID) -> MeetingView:
        async with database.connection() as conn:
            return await shown_one(conn, await storage.get_meeting(conn, meeting_id))

    @router.post("/meetings/{meeting_id}/move")
    async def move_meeting(meeting_id: UUID, body: Move) -> MeetingView:
        correlation_id = str(uuid4())
        async with database.transaction() as conn:
            meeting = await use_cases.move_meeting(
                conn, meeting_id, body.change(), correlation_id=correlation_id, now=now()
            )
            view = await shown_one(conn, meeting)
        log.info("move asked for", meeting_id=str(meeting_id), correlation_id=correlation_id)
        return view

    @router.post("/meetings/{meeting_id}/cancel")
    async def cancel_meeting(meeting_id: UUID, body: Cancellation | None = None) -> MeetingView:
        correlation_id = str(uuid4())
        reason = body.reason if body else None
        async with database.transaction() as conn:
            meeting = await use_cases.cancel_meeting(conn, meeting_id, reason, correlation_id=correlation_id, now=now())
            view = await shown_one(conn, meeting)
        log.info("cancellation asked for", meeting_id=str(meeting_id), correlation_id=correlation_id)
        return view

    @router.get("/overview")
    async def overview() -> dict[str, int]:
        """Count what meetings knows, by kind and state."""
        async with database.connection() as conn:
            return await storage.overview(conn)

    return router
