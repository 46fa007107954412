"""The web application of a service process: its parts' life, health, readiness and metrics."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from shared.database.pool import Database
from shared.findings import Finding, Look, findings
from shared.parts import Part, stop
from shared.web.addresses import NoNul
from shared.web.problems import PROBLEM, answer_with_problems

CONCERN = Gauge("concern", "Whether a human has something to do; `status` says it in words.", ["subject"])


def service_app(
    title: str,
    database: Database,
    parts: Sequence[Part],
    *,
    routers: Sequence[APIRouter] = (),
    looks: Sequence[Look] = (),
) -> FastAPI:
    """Build the application; `looks` are what sets the gauges when the metrics are read."""

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
            await stop(started)
            await database.close()

    app = FastAPI(
        title=title, version="1", lifespan=lifespan, docs_url=None, redoc_url=None, responses={"default": PROBLEM}
    )
    answer_with_problems(app)
    app.add_middleware(NoNul)
    app.include_router(_health(database, parts, looks))
    for router in routers:
        app.include_router(router)
    return app


def _health(database: Database, parts: Sequence[Part], looks: Sequence[Look]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def troubles() -> dict[str, str | None]:
        return {"database": await database.trouble(), **{part.name: await part.trouble() for part in parts}}

    async def look_at_process() -> list[Finding]:
        return [Finding(f"process, {name}", why or "works", well=not why) for name, why in (await troubles()).items()]

    @router.get("/livez")
    async def livez() -> dict[str, bool]:
        return {"alive": True}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        trouble = {name: why for name, why in (await troubles()).items() if why}
        return JSONResponse({"ready": not trouble, "trouble": trouble}, status_code=503 if trouble else 200)

    @router.get("/metrics")
    async def metrics() -> Response:
        found = await findings([look_at_process, *looks])
        CONCERN.clear()
        for finding in found:
            CONCERN.labels(finding.subject).set(0 if finding.well else 1)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
