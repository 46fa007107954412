"""The JSON API of crises: turn a series to crisis cadence, extend, end and undo it, one act each."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from shared import logs
from shared.clock import Clock, local_day
from shared.database.pool import Connection, Database
from shared.web.etags import IfMatch, tag
from shared.web.once import once
from shared.web.operator import Guard

from . import storage, unchanged, use_cases
from .crisis_announcements import Plan
from .crisis_bodies import ExtensionOfCrisis, NewCrisis
from .crisis_views import CrisesView, CrisisPlanView, CrisisView
from .showing import shown

log = logs.get(__name__)

Act = Callable[[Connection, str], Awaitable[Plan]]


def crisis_api(database: Database, guard: Guard, uid_domain: str, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.post("/series/{series_id}/crisis", status_code=201)
    async def start_crisis(series_id: UUID, body: NewCrisis, if_match: IfMatch = None) -> CrisisPlanView:
        correlation_id, moment = str(uuid4()), now()
        crisis = body.crisis(series_id, local_day(moment))
        async with database.transaction() as conn:
            await unchanged.check_series(conn, series_id, if_match)
            plan = await use_cases.start_crisis(
                conn, crisis, uid_domain=uid_domain, correlation_id=correlation_id, now=moment
            )
            view = await _shown(conn, plan)
        log.info("crisis started", crisis_id=str(crisis.id), correlation_id=correlation_id)
        return view

    @router.get("/series/{series_id}/crises")
    async def list_crises(series_id: UUID) -> CrisesView:
        async with database.connection() as conn:
            series = await storage.get_series(conn, series_id)
            return CrisesView.model_validate({"crises": await storage.list_crises(conn, series.id)})

    @router.get("/crises/{crisis_id}")
    async def get_crisis(crisis_id: UUID, response: Response) -> CrisisPlanView:
        async with database.connection() as conn:
            view = await _shown(conn, await use_cases.get_plan(conn, await storage.get_crisis(conn, crisis_id), now()))
        tag(response, view.crisis)
        return view

    @router.post("/crises/{crisis_id}/extend")
    async def extend_crisis(crisis_id: UUID, body: ExtensionOfCrisis, if_match: IfMatch = None) -> CrisisPlanView:
        async def extend(conn: Connection, correlation_id: str) -> Plan:
            return await use_cases.extend_crisis(
                conn, crisis_id, body.until, uid_domain=uid_domain, correlation_id=correlation_id, now=now()
            )

        return await acted(crisis_id, if_match, "crisis extended", extend)

    @router.post("/crises/{crisis_id}/end")
    async def end_crisis(crisis_id: UUID, if_match: IfMatch = None) -> CrisisPlanView:
        """End it now; the summary goes out at noon tomorrow, as it does after the last day."""

        async def end(conn: Connection, correlation_id: str) -> Plan:
            return await use_cases.end_crisis(conn, crisis_id, correlation_id=correlation_id, now=now())

        return await acted(crisis_id, if_match, "crisis ended early", end)

    @router.post("/crises/{crisis_id}/undo")
    async def undo_crisis(crisis_id: UUID, if_match: IfMatch = None) -> CrisisPlanView:
        """Take it back as started by mistake, while none of its meetings has begun."""

        async def undo(conn: Connection, correlation_id: str) -> Plan:
            return await use_cases.undo_crisis(conn, crisis_id, correlation_id=correlation_id, now=now())

        return await acted(crisis_id, if_match, "crisis undone", undo)

    async def acted(crisis_id: UUID, if_match: str | None, what: str, act: Act) -> CrisisPlanView:
        correlation_id = str(uuid4())
        async with database.transaction() as conn:
            await unchanged.check_crisis(conn, crisis_id, if_match)
            view = await _shown(conn, await act(conn, correlation_id))
        log.info(what, crisis_id=str(crisis_id), correlation_id=correlation_id)
        return view

    return router


async def _shown(conn: Connection, plan: Plan) -> CrisisPlanView:
    return CrisisPlanView(
        crisis=CrisisView.model_validate(plan.crisis),
        meetings=await shown(conn, plan.meetings),
        paused=await shown(conn, plan.paused),
        staying=await shown(conn, plan.staying),
    )
