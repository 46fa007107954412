"""What membership answers to the operator over HTTP."""

from typing import Any

from fastapi import APIRouter, Depends

from shared.database.pool import Database
from shared.web.operator import Guard

from . import storage


def api(database: Database, operator: Guard) -> APIRouter:
    """Return the operator's routes."""
    router = APIRouter(dependencies=[Depends(operator)])

    @router.get("/overview")
    async def overview() -> dict[str, Any]:
        """Count what membership knows, by kind and state."""
        async with database.connection() as conn:
            return await storage.overview(conn)

    return router
