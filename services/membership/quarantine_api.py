"""The JSON API of the quarantine: list, show, edit, replay, dismiss."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.web.etags import IfMatch, check_unchanged, tag
from shared.web.once import once
from shared.web.operator import Guard
from shared.web.paging import PAGE, Cursors, Moment

from . import many_at_once, storage, use_cases
from .bodies import Chosen, Dismissal, Editing, KeptId, Listing, Matching, Replay
from .quarantine import Act, Tried
from .views import ActView, HappenedView, MessageView, QuarantineView, TriedView

CURSORS = Cursors(tuple[Moment | None, KeptId])


def quarantine_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(prefix="/quarantine", dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("")
    async def list_messages(listing: Annotated[Listing, Query()]) -> QuarantineView:
        async with database.connection() as conn:
            position = CURSORS.position(listing.after)
            found, total = await storage.messages_after(conn, listing.selection(now()), position, PAGE)
            reasons = await storage.reasons(conn)
        more = CURSORS.cursor((found[-1].settled_at, found[-1].id)) if len(found) == PAGE else None
        return QuarantineView.model_validate({"messages": found, "found": total, "reasons": reasons, "next": more})

    @router.get("/{kept_id}")
    async def get_message(kept_id: KeptId, response: Response) -> MessageView:
        async with database.connection() as conn:
            view = await shown(conn, kept_id)
        tag(response, view)
        return view

    async def shown(conn: Connection, kept_id: int) -> MessageView:
        kept = await storage.get_kept(conn, kept_id)
        happened = [HappenedView.model_validate(one) for one in await storage.history(conn, kept_id)]
        return MessageView.of(kept, now()).model_copy(update={"history": happened})

    @router.post("/{kept_id}/edit")
    async def edit_message(kept_id: KeptId, body: Editing, response: Response, if_match: IfMatch = None) -> MessageView:
        act = Act(body.who, now())
        async with database.transaction() as conn:
            await storage.locked_messages(conn, [kept_id])
            check_unchanged(if_match, await shown(conn, kept_id))
            await use_cases.edit(conn, kept_id, body.edit(), act)
        if body.replay:
            await many_at_once.replay(database, [kept_id], act)
        return await get_message(kept_id, response)

    @router.post("/replay")
    async def replay_messages(body: Replay) -> ActView:
        act = Act(body.who, now())
        return _shown(act, await many_at_once.replay(database, await meant(body), act))

    @router.post("/dismiss")
    async def dismiss_messages(body: Dismissal) -> ActView:
        act = Act(body.who, now())
        return _shown(act, await many_at_once.dismiss(database, await meant(body), body.reason, act))

    async def meant(body: Chosen) -> list[int]:
        if body.ids is not None:
            return body.ids
        return await many_at_once.matching(database, (body.matching or Matching()).selection(now()))

    return router


def _shown(act: Act, tried: list[Tried]) -> ActView:
    return ActView(act=act.id, tried=[TriedView.model_validate(one) for one in tried])
