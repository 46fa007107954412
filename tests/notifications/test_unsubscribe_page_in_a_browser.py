"""The page that unsubscribes in a real browser, by keyboard alone, in both languages, without any script of ours."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from services.notifications.domain import Language
from services.notifications.links import Unsubscribe
from services.notifications.unsubscribe_pages import unsubscribe_pages
from shared.database.pool import Database
from shared.web.service import service_app
from tests.conftest import DatabaseOf
from tests.notifications.builders import person_updated
from tests.notifications.conftest import LINKS, Invited, Service
from tests.support.browser import NARROW, WIDE, Look, go_by_keyboard, press_enter, reader, served

pytestmark = pytest.mark.browser

NAMES = {
    "da": ("Send mig ingen indkaldelser", "Send mig indkaldelser igen", "Du får indkaldelser på mail igen."),
    "en": ("Send me no invitations", "Send me invitations again", "You get invitations by e-mail again."),
}


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("da", NARROW, "light"), ("da", WIDE, "dark"), ("en", NARROW, "dark"), ("en", WIDE, "light")],
)
async def test_somebody_mutes_a_topic_by_keyboard_and_takes_it_back(
    chromium: Browser,
    service: Service,
    invited: Invited,
    database: DatabaseOf,
    tmp_path: Path,
    language: Language,
    width: int,
    scheme: str,
) -> None:
    await service.hear(person_updated(invited.person_id, language=language, version=2))
    mute, unmute, undone = NAMES[language]
    # Served in a thread of its own, it needs connections of its own.
    own = Database((await database("notifications")).runtime_url)
    app = service_app("notifications", own, [], routers=[unsubscribe_pages(own, LINKS, service.clock)])
    path = urlsplit(LINKS.unsubscribe_url(Unsubscribe(invited.person_id, "invitations"))).path
    async with served(app, "/post") as root, reader(chromium, language, width, color_scheme=scheme) as page:
        look = Look(page, f"{language}-{width}-{scheme}", tmp_path)
        await page.goto(f"{root}{path}")
        await look.at("unsubscribe")
        await go_by_keyboard(page, mute)
        await press_enter(page)
        await look.at("unsubscribed")
        await go_by_keyboard(page, unmute)
        await press_enter(page)
        await expect(page.get_by_role("status")).to_have_text(undone)
        await look.at("subscribed-again")
        await page.goto(f"{root}/unsubscribe/nothing")
        await look.at("unsubscribe-unknown")

    assert look.broken == {}
