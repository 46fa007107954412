"""The JSON API of what the secretariat looks up and decides: missing from lists, who said what, what has changed."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Response

from shared.clock import Clock, local_day
from shared.database.pool import Database
from shared.web.operator import Guard

from . import storage, use_cases
from .bodies import Decision, KeptId, Removal
from .views import View

PAGE = 100


class MissingView(View):
    """What was not on its system's complete list: an organisation, or one contact of it."""

    id: int
    source: str
    snapshot: str
    key: str
    contact_key: str | None
    listed_at: datetime
    organisation: str
    person: str | None


def secretariat_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)])

    @router.get("/missing")
    async def missing() -> list[MissingView]:
        """List what awaits a decision."""
        async with database.connection() as conn:
            return [MissingView.model_validate(one) for one in await storage.missing(conn)]

    @router.post("/missing/remove", status_code=204)
    async def remove(body: Removal) -> Response:
        """Organisations have left, contacts act for them no longer."""
        async with database.transaction() as conn:
            await use_cases.remove_missing(conn, body.ids, body.who, body.on or local_day(now()), now())
        return Response(status_code=204)

    @router.post("/missing/keep", status_code=204)
    async def keep(body: Decision) -> Response:
        """They stay."""
        async with database.transaction() as conn:
            await use_cases.keep_missing(conn, body.ids, body.who, now())
        return Response(status_code=204)

    @router.get("/organisations/sources")
    async def sources(source: str, key: str) -> dict[str, Any]:
        """Tell which source last said what about an organisation, and which systems share it."""
        async with database.connection() as conn:
            return await use_cases.ownership(conn, (source, key))

    @router.get("/audit")
    async def audit(system: str | None = None, before: KeptId | None = None) -> list[dict[str, Any]]:
        """List what messages have changed, newest first; `before` is the last `seq` of the page before."""
        async with database.connection() as conn:
            return await storage.audit(conn, system=system, organisation=None, message=None, before=before, most=PAGE)

    return router
