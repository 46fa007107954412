"""The web application of a service process: its parts' life, health, readiness and metrics."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.database.pool import Database, DatabaseAway
from shared.parts import Part
from shared.web.problems import answer_with_problems

Observe = Callable[[], Awaitable[None]]


def service_app(
    title: str,
    database: Database,
    parts: Sequence[Part],
    *,
    routers: Sequence[APIRouter] = (),
    observe: Sequence[Observe] = (),
) -> FastAPI:
    """Build the application; each of `observe` sets its gauges when the metrics are read."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        started: list[Part] = []
        try:
            for part in parts:
                await part.start()
                started.append(part)
            yield
        finally:
            for part in reversed(started):
                await part.stop()
            await database.close()

    app = FastAPI(title=title, version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    answer_with_problems(app)
    app.include_router(_health(database, parts, observe))
    for router in routers:
        app.include_router(router)
    return app


def _health(database: Database, parts: Sequence[Part], observe: Sequence[Observe]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, bool]:
        return {"alive": True}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        found = {"database": await database.trouble(), **{part.name: await part.trouble() for part in parts}}
        trouble = {name: why for name, why in found.items() if why}
        return JSONResponse({"ready": not trouble, "trouble": trouble}, status_code=503 if trouble else 200)

    @router.get("/metrics")
    async def metrics() -> Response:
        for look in observe:
            with suppress(DatabaseAway):  # what is counted in memory is worth having without it
                await look()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
