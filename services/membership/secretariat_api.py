"""The JSON API of what the secretariat looks up and decides: missing from lists, who said what, what has changed."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from shared.clock import Clock, local_day
from shared.contracts.notifications import Unreachable
from shared.database.pool import Database
from shared.web.models import LARGEST, View
from shared.web.once import once
from shared.web.operator import Guard
from shared.web.paging import PAGE

from . import storage, use_cases
from .bodies import Decision, KeptId, Removal


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


class SomeMissingView(View):
    """Some of what awaits a decision, the longest known first; `next` is the `after` of those that follow."""

    missing: list[MissingView]
    next: int | None


class UnreachableView(View):
    """A person to whose address mail is refused, whom they act for, and what each source calls them."""

    id: UUID
    name: str
    email: str
    reason: Unreachable
    since: datetime
    until: datetime
    organisations: list[str]
    contacts: list[str]


class AllUnreachableView(View):
    """To whom mail is refused, the newest first."""

    unreachable: list[UnreachableView]


class EntriesView(View):
    """Some of what messages have changed, the newest first; `next` is the `after` of those that follow."""

    entries: list[dict[str, Any]]
    next: int | None


def secretariat_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("/missing")
    async def missing(after: Annotated[int, Query(ge=0, le=LARGEST)] = 0) -> SomeMissingView:
        """List what awaits a decision."""
        async with database.connection() as conn:
            found = await storage.missing_after(conn, after, PAGE)
        listed = [MissingView.model_validate(one) for one in found]
        return SomeMissingView(missing=listed, next=listed[-1].id if len(listed) == PAGE else None)

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

    @router.get("/unreachable")
    async def unreachable() -> AllUnreachableView:
        """List to whom mail is refused, until it is so no longer or they have another address."""
        async with database.connection() as conn:
            found = await storage.unreachable_people(conn)
        return AllUnreachableView(unreachable=[UnreachableView.model_validate(dict(one)) for one in found])

    @router.get("/organisations/sources")
    async def sources(source: str, key: str) -> dict[str, Any]:
        """Tell which source last said what about an organisation, and which systems share it."""
        async with database.connection() as conn:
            return await use_cases.ownership(conn, (source, key))

    @router.get("/audit")
    async def audit(system: str | None = None, after: KeptId | None = None) -> EntriesView:
        """List what messages have changed, newest first."""
        async with database.connection() as conn:
            found = await storage.audit(conn, system=system, organisation=None, message=None, before=after, most=PAGE)
        return EntriesView.model_validate({"entries": found, "next": found[-1]["seq"] if len(found) == PAGE else None})

    return router
