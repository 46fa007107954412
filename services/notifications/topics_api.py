"""The JSON API of topics: which are held, hold one, release it."""

from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.models import View
from shared.web.once import once
from shared.web.operator import Guard

from . import storage, use_cases
from .domain import Topic
from .fate_bodies import Holding


class HeldView(View):
    """A topic of which nothing is mailed: since when, why, who holds it where somebody does, how many e-mails wait."""

    topic: Topic
    held_at: datetime
    reason: str
    held_by: str | None
    waiting: int


class HeldTopics(BaseModel):
    """All topics that are held, the longest first."""

    held: list[HeldView]


def topics_api(database: Database, guard: Guard, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(prefix="/topics", dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("")
    async def list_held() -> HeldTopics:
        async with database.connection() as conn:
            held = await storage.held_topics(conn)
        return HeldTopics(held=[HeldView.model_validate(each) for each in held])

    @router.post("/{topic}/hold")
    async def hold_topic(topic: Topic, body: Holding) -> HeldTopics:
        """Mail nothing about a topic until it is released."""
        async with database.transaction() as conn:
            await use_cases.hold_topic(conn, topic, body.reason, now(), who=body.who)
        return await list_held()

    @router.post("/{topic}/release")
    async def release_topic(topic: Topic) -> HeldTopics:
        """Mail about a topic again, what has waited first."""
        async with database.transaction() as conn:
            await use_cases.release_topic(conn, topic, now())
        return await list_held()

    return router
