"""The JSON API of addresses that must not be written to: each with its reason, and the end of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from shared.clock import Clock
from shared.contracts.notifications import Ending, Unreachable
from shared.database.pool import Connection, Database
from shared.web.models import View
from shared.web.once import once
from shared.web.operator import Guard
from shared.web.paging import PAGE, After, Cursors, Moment

from . import storage, use_cases
from .suppressions import Position, Suppression

CURSORS: Cursors[Position] = Cursors(tuple[Moment, UUID])


class SuppressionView(View):
    """An address that must not be written to, with the server's words, and the e-mails and people that it concerns.

    `no_such_address`: nobody is there. `refused_repeatedly`: three e-mails were refused within fourteen days. It ended
    when an e-mail was `delivered` after all, it was `undone`, or its time `expired`.
    """

    id: UUID
    address: str
    reason: Unreachable
    reply: str
    since: datetime
    until: datetime
    ended_at: datetime | None
    ended_how: Ending | None
    people: list[UUID] = Field(default_factory=list)
    waiting: int = 0


class SuppressionsView(BaseModel):
    """Some suppressions, the newest first; `next` is the `after` of those that follow."""

    suppressions: list[SuppressionView]
    next: str | None


def suppressions_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("/suppressions")
    async def list_suppressions(
        in_force: Annotated[bool, Query(description="Leave out those that have ended.")] = True, after: After = None
    ) -> SuppressionsView:
        async with database.connection() as conn:
            found = await storage.list_suppressions(conn, in_force=in_force, before=CURSORS.position(after), most=PAGE)
            views = await _shown(conn, found)
        more = CURSORS.cursor(found[-1].position) if len(found) == PAGE else None
        return SuppressionsView(suppressions=views, next=more)

    @router.post("/suppressions/{suppression_id}/undo")
    async def undo_suppression(suppression_id: UUID) -> SuppressionView:
        """Write to the address again, what has waited first."""
        async with database.transaction() as conn:
            [undone] = await _shown(conn, [await use_cases.undo_suppression(conn, suppression_id, now())])
        return undone

    return router


async def _shown(conn: Connection, suppressions: Sequence[Suppression]) -> list[SuppressionView]:
    addresses = [suppression.address for suppression in suppressions]
    people = await storage.people_at(conn, addresses)
    waiting = await storage.count_suppressed(conn, addresses)
    return [
        SuppressionView.model_validate(one).model_copy(
            update={
                "people": [person.person_id for person in people[one.address]],
                "waiting": waiting.get(one.address, 0),
            }
        )
        for one in suppressions
    ]
