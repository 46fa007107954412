"""What an operator's program sends to the JSON API of meetings."""

from typing import Any

import httpx

ONLINE: dict[str, Any] = {
    "title": "Netværksmøde",
    "recurrence": {"weekday": "thursday", "nth": 2},
    "starts_at": "09:30",
    "minutes": 60,
    "mode": "online",
    "link": "https://meet.example/network",
    "horizon_days": 30,
}


async def post(api: httpx.AsyncClient, path: str, body: object, status: int = 200) -> Any:
    """Post and return the answer, which must have the status."""
    response = await api.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


async def get(api: httpx.AsyncClient, path: str) -> Any:
    """Return the answer, which must be a success."""
    response = await api.get(path)
    assert response.status_code == 200, response.text
    return response.json()
