"""What notifications answers to operators: how many there are of everything."""

from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.database.pool import Database
from shared.web.operator import Guard

from . import storage


class Overview(BaseModel):
    """Counts; `emails` by kind and then by state."""

    people: int
    members: int
    mandates: int
    invitations: int
    emails: dict[str, dict[str, int]]
    last_sent_at: datetime | None


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

    return router
