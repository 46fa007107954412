"""What the secretariat does in the demo, through the JSON API of meetings: plan two series, move and cancel."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel

ONLINE: dict[str, Any] = {
    "title": "Netværksmøde",
    "recurrence": {"weekday": "thursday", "nth": 2},
    "starts_at": "09:30",
    "minutes": 60,
    "mode": "online",
    "link": "https://moede.handelsbyer.example/netvaerk",
    "horizon_days": 100,
}
IN_PERSON: dict[str, Any] = {
    "title": "Kvartalsmøde",
    "recurrence": {"weekday": "wednesday", "nth": -1, "months": [2, 5, 8, 11]},
    "starts_at": "10:00",
    "minutes": 300,
    "mode": "physical",
    "host_town": "Svendborg",
    "place": "Borgerforeningen, Havnegade 1, Svendborg",
    "horizon_days": 220,
}


class Meeting(BaseModel):
    """A meeting as meetings shows it."""

    id: UUID
    series_id: UUID
    uid: str
    title: str
    mode: str
    starts_at: datetime
    ends_at: datetime
    sequence: int


class Series(BaseModel):
    """A new series and what it plans."""

    id: UUID
    horizon_days: int
    meetings: list[Meeting]

    def open_meetings(self, now: datetime) -> list[Meeting]:
        """List the meetings inside the invitation horizon, the earliest first."""
        return [m for m in self.meetings if m.starts_at <= now + timedelta(days=self.horizon_days)]


class Planning:
    """The routes that the demo needs."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def create_series(self, series: dict[str, Any], first_day: date) -> Series:
        """Plan a series."""
        return Series.model_validate(await self._post("/series", {**series, "from": first_day.isoformat()}))

    async def move(self, meeting: Meeting, starts_at: datetime, **change: str) -> Meeting:
        """Give a meeting another time, and what else is named."""
        body = {"starts_at": starts_at.isoformat(), **change}
        return Meeting.model_validate(await self._post(f"/meetings/{meeting.id}/move", body))

    async def cancel(self, meeting: Meeting, reason: str) -> Meeting:
        """Cancel a meeting."""
        return Meeting.model_validate(await self._post(f"/meetings/{meeting.id}/cancel", {"reason": reason}))

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = await self._client.post(path, json=body)
        answer.raise_for_status()
        return answer.json()
