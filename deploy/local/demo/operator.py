"""What the demo asks the services as their operator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx


@asynccontextmanager
async def operator(url: str, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """Lend a client that may do at a service what the operator may."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30) as client:
        yield client


async def overview(service: httpx.AsyncClient) -> dict[str, Any]:
    """Ask a service what it holds, by kind and state."""
    answer = await service.get("/overview")
    answer.raise_for_status()
    held: dict[str, Any] = answer.json()
    return held
