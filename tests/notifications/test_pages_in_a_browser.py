"""The page that unsubscribes in a real browser, without any script of ours; both languages stand on it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from services.notifications import use_cases
from services.notifications.links import Unsubscribe
from services.notifications.pages import pages
from shared.database.pool import Database
from shared.web.service import service_app
from tests.conftest import DatabaseOf
from tests.notifications.conftest import LINKS, Invited, Service
from tests.support.browser import NARROW, WIDE, Look, reader, served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "light"), (NARROW, "dark"), (WIDE, "light"), (WIDE, "dark")])
async def test_the_page_is_for_everybody_in_each_of_its_states(
    chromium: Browser, service: Service, invited: Invited, width: int, scheme: str, tmp_path: Path, database: DatabaseOf
) -> None:
    # Served in a thread of its own, it needs connections of its own.
    own = Database((await database("notifications")).runtime_url)
    app = service_app("notifications", own, [], routers=[pages(own, LINKS, service.clock)])
    path = urlsplit(LINKS.unsubscribe_url(Unsubscribe(invited.person_id, "invitations"))).path
    async with served(app, "") as root, reader(chromium, "da", width, color_scheme=scheme) as page:
        look = Look(page, f"{width}-{scheme}", tmp_path)
        await page.goto(f"{root}{path}")
        await look.at("unsubscribe")
        async with service.database.transaction() as conn:
            await use_cases.mute(conn, invited.person_id, "invitations", correlation_id="choose", now=service.now)
        await page.reload()
        await look.at("unsubscribed")
        await page.goto(f"{root}/unsubscribe/nothing")
        await look.at("unsubscribe-unknown")

    assert look.broken == {}
