"""The pages that e-mails lead their readers to, in a real browser."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import APIRouter
from playwright.async_api import Browser, Page

from services.notifications.domain import Language
from services.notifications.links import Links
from shared.clock import Clock
from shared.database.pool import Database
from shared.web.service import service_app
from tests.conftest import DatabaseOf
from tests.notifications.builders import person_updated
from tests.notifications.conftest import LINKS, Invited, Service
from tests.support.browser import NARROW, WIDE, Look, reader, served

each_language_width_and_scheme = pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("da", NARROW, "light"), ("da", WIDE, "dark"), ("en", NARROW, "dark"), ("en", WIDE, "light")],
)


@dataclass(frozen=True)
class Visit:
    """Where a reader is: the service's address, their page, and what is looked at there."""

    root: str
    page: Page
    look: Look


Visiting = Callable[
    [Callable[[Database, Links, Clock], APIRouter], Language, int, str], AbstractAsyncContextManager[Visit]
]


@pytest.fixture
async def visiting(
    chromium: Browser, service: Service, invited: Invited, database: DatabaseOf, tmp_path: Path
) -> Visiting:
    """`async with visiting(pages, language, width, scheme)` opens pages to somebody who is written to in a language."""

    @asynccontextmanager
    async def visit(
        pages: Callable[[Database, Links, Clock], APIRouter], language: Language, width: int, scheme: str
    ) -> AsyncIterator[Visit]:
        await service.hear(person_updated(invited.person_id, language=language, version=2))
        # Served in a thread of its own, it needs connections of its own.
        own = Database((await database("notifications")).runtime_url)
        app = service_app("notifications", own, [], routers=[pages(own, LINKS, service.clock)])
        async with served(app, "/post") as root, reader(chromium, language, width, color_scheme=scheme) as page:
            yield Visit(root, page, Look(page, f"{language}-{width}-{scheme}", tmp_path))

    return visit
