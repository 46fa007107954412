"""The JSON API of the quarantine: list, show, edit, replay, dismiss."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.operator import Guard

from . import many_at_once, storage, use_cases
from .bodies import Chosen, Dismissal, Editing, KeptId, Matching, Replay
from .quarantine import Act, Tried
from .views import ActView, HappenedView, MessageView, QuarantineView, TriedView

PAGE = 100


def quarantine_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(prefix="/quarantine", dependencies=[Depends(guard)])

    @router.get("")
    async def list_messages(
        matching: Annotated[Matching, Query()], page: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> QuarantineView:
        async with database.connection() as conn:
            found = await storage.selected_messages(conn, matching.selection(now()), PAGE, (page - 1) * PAGE)
            reasons = await storage.reasons(conn)
        return QuarantineView.model_validate({"messages": found[0], "found": found[1], "reasons": reasons})

    @router.get("/{kept_id}")
    async def get_message(kept_id: KeptId) -> MessageView:
        async with database.connection() as conn:
            kept = await storage.get_kept(conn, kept_id)
            happened = [HappenedView.model_validate(one) for one in await storage.history(conn, kept_id)]
        return MessageView.of(kept, now()).model_copy(update={"history": happened})

    @router.post("/{kept_id}/edit")
    async def edit_message(kept_id: KeptId, body: Editing) -> MessageView:
        act = Act(body.who, now())
        async with database.transaction() as conn:
            await use_cases.edit(conn, kept_id, body.edit(), act)
        if body.replay:
            await many_at_once.replay(database, [kept_id], act)
        return await get_message(kept_id)

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
