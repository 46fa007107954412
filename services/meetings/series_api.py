"""The JSON API of series: preview and plan one, and look them up."""

from uuid import UUID

from fastapi import APIRouter, Depends

from shared import logs
from shared.clock import Clock, local_day
from shared.database.pool import Database
from shared.web.operator import Guard

from . import storage, use_cases
from .series_bodies import NewSeries
from .series_views import PlannedSeriesView, PreviewView, SeriesView, SomeSeriesView, previewed
from .views import MeetingView

PAGE = 100

log = logs.get(__name__)


def series_api(database: Database, guard: Guard, uid_domain: str, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)])

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
        shown = PlannedSeriesView.model_validate(series)
        return shown.model_copy(update={"meetings": [MeetingView.model_validate(meeting) for meeting in meetings]})

    @router.get("/series")
    async def list_series(after: UUID | None = None) -> SomeSeriesView:
        async with database.connection() as conn:
            found = await storage.series_after(conn, after, PAGE)
        listed = [SeriesView.model_validate(series) for series in found]
        return SomeSeriesView(series=listed, next=listed[-1].id if len(listed) == PAGE else None)

    @router.get("/series/{series_id}")
    async def get_series(series_id: UUID) -> SeriesView:
        async with database.connection() as conn:
            return SeriesView.model_validate(await storage.get_series(conn, series_id))

    return router
