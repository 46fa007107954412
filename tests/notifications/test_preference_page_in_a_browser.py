"""The page where a person chooses, in a real browser, by keyboard alone, in both languages, without any script."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from services.notifications.domain import Language
from services.notifications.preference_pages import preference_pages
from shared.database.pool import Database
from shared.web.service import service_app
from tests.conftest import DatabaseOf
from tests.notifications.builders import person_updated
from tests.notifications.conftest import LINKS, Invited, Service
from tests.support.browser import NARROW, WIDE, Look, reader, served

pytestmark = pytest.mark.browser

NAMES = {"da": ("Påmindelser", "Gem", "Det er gemt."), "en": ("Reminders", "Save", "That is saved.")}


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("da", NARROW, "light"), ("da", WIDE, "dark"), ("en", NARROW, "dark"), ("en", WIDE, "light")],
)
async def test_somebody_chooses_by_keyboard_and_sees_that_it_is_saved(
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
    reminders, save, saved = NAMES[language]
    # Served in a thread of its own, it needs connections of its own.
    own = Database((await database("notifications")).runtime_url)
    app = service_app("notifications", own, [], routers=[preference_pages(own, LINKS, service.clock)])
    path = urlsplit(LINKS.preferences_url(invited.person_id)).path
    async with served(app, "/post") as root, reader(chromium, language, width, color_scheme=scheme) as page:
        look = Look(page, f"{language}-{width}-{scheme}", tmp_path)
        await page.goto(f"{root}{path}")
        await look.at("preferences")
        await page.get_by_role("checkbox", name=reminders).focus()
        await page.keyboard.press("Space")
        await page.get_by_role("button", name=save).focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text(saved)
        await expect(page.get_by_role("checkbox", name=reminders)).not_to_be_checked()
        await look.at("preferences-saved")
        await page.goto(f"{root}/preferences/nothing")
        await look.at("preferences-unknown")

    assert look.broken == {}
