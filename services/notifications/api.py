"""What notifications answers to operators: how many of everything, and what became of each e-mail."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from shared.database.pool import Database
from shared.web.operator import Guard

from . import storage
from .domain import Kind, State

PAGE = 200


class Overview(BaseModel):
    """Counts; `emails` by kind and then by state."""

    people: int
    members: int
    mandates: int
    invitations: int
    emails: dict[str, dict[str, int]]
    last_sent_at: datetime | None


class EmailFate(BaseModel):
    """What became of one e-mail."""

    id: int
    kind: str
    topic: str
    state: str
    attempts: int
    reply: str | None
    message_id: str
    person_id: UUID | None
    meeting_id: UUID | None
    method: Literal["REQUEST", "CANCEL"] | None
    sequence: int | None
    date: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    correlation_id: str


class EmailFates(BaseModel):
    """Some e-mails in the order in which they were queued; `next` is the `after` of those that follow."""

    emails: list[EmailFate]
    next: int | None


def api(database: Database, guard: Guard) -> APIRouter:
    """Return the operators' routes."""
    router = APIRouter(dependencies=[Depends(guard)])

    @router.get("/overview")
    async def overview() -> Overview:
        """Count what notifications knows, and its e-mails."""
        async with database.connection() as conn:
            counts = await storage.count_copies(conn)
            emails, last = await storage.count_emails(conn), await storage.last_sent_at(conn)
        return Overview(**counts, emails=emails, last_sent_at=last)

    @router.get("/emails")
    async def emails(
        state: State | None = None, kind: Kind | None = None, after: Annotated[int, Query(ge=0)] = 0
    ) -> EmailFates:
        """List what became of e-mails, without any address."""
        async with database.connection() as conn:
            rows = await storage.list_emails(conn, state=state, kind=kind, after=after, most=PAGE)
        listed = [EmailFate(**row) for row in rows]
        return EmailFates(emails=listed, next=listed[-1].id if len(listed) == PAGE else None)

    return router
