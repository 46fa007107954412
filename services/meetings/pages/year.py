"""The year: twelve months with every meeting of every series, and how many have answered so far."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.clock import Clock, local_day, midnight
from shared.database.pool import Database
from shared.web.pages import Pages

from .. import storage
from ..bodies import FIRST_DAY, LAST_DAY
from ..domain import Meeting

MONTHS = 12
A_MONTH = re.compile(r"(2[01][0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Month:
    """A month, by its first day, with its meetings."""

    first: date
    meetings: list[Meeting]


def add_page_of_the_year(router: APIRouter, database: Database, pages: Pages, now: Clock) -> None:
    """Add the page of twelve months from one on, the present one where none is named."""

    @router.get("/year")
    async def show_year(request: Request) -> HTMLResponse:
        today = local_day(now())
        first = _month(request.query_params.get("from", "")) or today.replace(day=1)
        async with database.connection() as conn:
            found = await storage.meetings_between(conn, midnight(first), midnight(later(first, MONTHS)))
            answers = await storage.answers_so_far(conn, [meeting.id for meeting in found])
            series = await storage.list_series(conn)
        met = {meeting.series_id for meeting in found}
        return pages.page(
            request,
            "secretariat/year.html",
            months=list(_months(first, found)),
            any_series=bool(series),
            series=[each for each in series if each.id in met],
            colours={each.id: number for number, each in enumerate(series)},
            answers=answers,
            today=today,
            earlier=later(first, -MONTHS),
            later=later(first, MONTHS),
        )


def later(first: date, months: int) -> date:
    """Return the first day of the month that comes so many months later; before our time or after it, its end."""
    count = first.year * 12 + first.month - 1 + months
    year, month = divmod(count, 12)
    return min(max(date(year, month + 1, 1), FIRST_DAY), LAST_DAY.replace(day=1))


def _months(first: date, meetings: Sequence[Meeting]) -> Iterator[Month]:
    for number in range(MONTHS):
        month, following = later(first, number), later(first, number + 1)
        yield Month(month, [each for each in meetings if month <= local_day(each.starts_at) < following])


def _month(written: str) -> date | None:
    read = A_MONTH.fullmatch(written)
    return date(int(read[1]), int(read[2]), 1) if read else None
