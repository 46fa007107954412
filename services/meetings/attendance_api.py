"""The JSON API of who comes to a meeting and who came: as answered before it, and as entered after it."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from shared import logs
from shared.clock import Clock, local_day
from shared.database.pool import Database
from shared.web.etags import IfMatch, tag
from shared.web.once import once
from shared.web.operator import Guard

from . import storage, unchanged, use_cases
from .attendance_views import AttendanceView, NewAttendance, shown
from .who_comes_views import AbsencesView, WhoComesView, absent, who_comes

log = logs.get(__name__)


def attendance_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("/meetings/{meeting_id}/who-comes")
    async def list_who_comes(meeting_id: UUID) -> WhoComesView:
        async with database.connection() as conn:
            meeting = await storage.get_meeting(conn, meeting_id)
            return who_comes(await storage.people_asked(conn, meeting.id))

    @router.get("/organisations/absent")
    async def list_absent() -> AbsencesView:
        """List the members that did not come to the last three meetings held of a series."""
        async with database.connection() as conn:
            return absent(await use_cases.list_absent(conn, local_day(now())))

    @router.get("/meetings/{meeting_id}/attendance")
    async def list_attendance(meeting_id: UUID, response: Response) -> AttendanceView:
        async with database.connection() as conn:
            meeting = await storage.get_meeting(conn, meeting_id)
            view = shown(await storage.list_entries(conn, meeting.id))
        tag(response, view)
        return view

    @router.post("/meetings/{meeting_id}/attendance")
    async def enter_attendance(
        meeting_id: UUID, body: NewAttendance, response: Response, if_match: IfMatch = None
    ) -> AttendanceView:
        async with database.transaction() as conn:
            await unchanged.check_attendance(conn, meeting_id, if_match)
            await use_cases.enter_attendance(conn, meeting_id, body.entered(), who=body.who, now=now())
            view = shown(await storage.list_entries(conn, meeting_id))
        tag(response, view)
        log.info("attendance entered", meeting_id=str(meeting_id))
        return view

    return router
