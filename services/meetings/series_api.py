"""The JSON API of series: preview and plan one, look them up, change and end one."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from shared import logs
from shared.clock import Clock, local_day
from shared.database.pool import Connection, Database
from shared.web.etags import IfMatch, tag
from shared.web.once import once
from shared.web.operator import Guard
from shared.web.paging import PAGE

from . import storage, unchanged, use_cases
from .replanning import Replanned
from .series_bodies import ChangeOfSeries, EndOfSeries, NewSeries
from .series_views import PlannedSeriesView, PreviewView, ReplannedSeriesView, SeriesView, SomeSeriesView, previewed
from .showing import shown
from .views import MeetingView

log = logs.get(__name__)


def series_api(database: Database, guard: Guard, uid_domain: str, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.post("/series/preview")
    async def preview_series(body: NewSeries) -> PreviewView:
        """Show the twelve months from the first day of a series on, or from today, and plan nothing."""
        moment = now()
        series = body.series(local_day(moment))
        series.check()
        return PreviewView(days=[previewed(series, day) for day in series.coming_year(moment)])

    @router.post("/series", status_code=201)
    async def create_series(body: NewSeries) -> PlannedSeriesView:
        moment = now()
        series = body.series(local_day(moment))
        async with database.transaction() as conn:
            await use_cases.create_series(conn, series, uid_domain=uid_domain, now=moment)
            meetings = await storage.list_meetings(conn, since=moment, series_id=series.id)
        log.info("series created", series_id=str(series.id), meetings=len(meetings))
        view = PlannedSeriesView.model_validate(series)
        return view.model_copy(update={"meetings": [MeetingView.model_validate(meeting) for meeting in meetings]})

    @router.get("/series")
    async def list_series(after: UUID | None = None) -> SomeSeriesView:
        async with database.connection() as conn:
            found = await storage.series_after(conn, after, PAGE)
        listed = [SeriesView.model_validate(series) for series in found]
        return SomeSeriesView(series=listed, next=listed[-1].id if len(listed) == PAGE else None)

    @router.get("/series/{series_id}")
    async def get_series(series_id: UUID, response: Response) -> SeriesView:
        async with database.connection() as conn:
            view = SeriesView.model_validate(await storage.get_series(conn, series_id))
        tag(response, view)
        return view

    @router.post("/series/{series_id}/change")
    async def change_series(series_id: UUID, body: ChangeOfSeries, if_match: IfMatch = None) -> ReplannedSeriesView:
        correlation_id = str(uuid4())
        async with database.transaction() as conn:
            await unchanged.check_series(conn, series_id, if_match)
            replanned = await use_cases.change_series(
                conn,
                series_id,
                body.change(),
                since=body.since,
                reason=body.reason,
                uid_domain=uid_domain,
                correlation_id=correlation_id,
                now=now(),
            )
            view = await _shown(conn, series_id, replanned)
        log.info("change of series asked for", series_id=str(series_id), correlation_id=correlation_id)
        return view

    @router.post("/series/{series_id}/end")
    async def end_series(series_id: UUID, body: EndOfSeries, if_match: IfMatch = None) -> ReplannedSeriesView:
        correlation_id = str(uuid4())
        async with database.transaction() as conn:
            await unchanged.check_series(conn, series_id, if_match)
            replanned = await use_cases.end_series(
                conn,
                series_id,
                since=body.since,
                reason=body.reason,
                keep_changed_by_hand=body.keep_changed_by_hand,
                correlation_id=correlation_id,
                now=now(),
            )
            view = await _shown(conn, series_id, replanned)
        log.info("end of series asked for", series_id=str(series_id), correlation_id=correlation_id)
        return view

    return router


async def _shown(conn: Connection, series_id: UUID, replanned: Replanned) -> ReplannedSeriesView:
    return ReplannedSeriesView(
        series=SeriesView.model_validate(await storage.get_series(conn, series_id)),
        changed=await shown(conn, [meeting for meeting, _ in replanned.changed]),
        added=await shown(conn, replanned.added),
        cancelled=await shown(conn, replanned.cancelled),
        changed_by_hand=await shown(conn, replanned.changed_by_hand),
    )
