"""The JSON API of hosts: who could host a meeting, have a town host it, exclude a town and include it again."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.web.etags import IfMatch, tag
from shared.web.once import once
from shared.web.operator import Guard

from . import storage, unchanged, use_cases
from .host_views import ChosenHost, ExcludedTownsView, NewExclusion, ProposalView, TownBody
from .showing import shown_one
from .views import MeetingView

log = logs.get(__name__)


def hosts_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("/meetings/{meeting_id}/host")
    async def propose_host(meeting_id: UUID) -> ProposalView:
        async with database.connection() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            return ProposalView.model_validate(await use_cases.propose_host(conn, meeting_id))

    @router.post("/meetings/{meeting_id}/host")
    async def choose_host(
        meeting_id: UUID, body: ChosenHost, response: Response, if_match: IfMatch = None
    ) -> MeetingView:
        correlation_id = str(uuid4())
        async with database.transaction() as conn:
            await unchanged.check_meeting(conn, meeting_id, if_match)
            meeting = await use_cases.choose_host(
                conn,
                meeting_id,
                body.town,
                place=body.place,
                address=body.address,
                correlation_id=correlation_id,
                now=now(),
            )
            view = await shown_one(conn, meeting)
        tag(response, view)
        log.info("host chosen", meeting_id=str(meeting_id), correlation_id=correlation_id)
        return view

    @router.get("/towns/excluded")
    async def list_excluded_towns() -> ExcludedTownsView:
        async with database.connection() as conn:
            return ExcludedTownsView.model_validate({"towns": await storage.list_exclusions(conn)})

    @router.post("/towns/exclude", status_code=204)
    async def exclude_town(body: NewExclusion) -> Response:
        """Propose a town no more, and ask it no more, until it is included again."""
        async with database.transaction() as conn:
            await use_cases.exclude_town(conn, body.exclusion(now()))
        return Response(status_code=204)

    @router.post("/towns/include", status_code=204)
    async def include_town(body: TownBody) -> Response:
        """Propose a town again."""
        async with database.transaction() as conn:
            await use_cases.include_town(conn, body.town)
        return Response(status_code=204)

    return router
