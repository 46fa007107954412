"""The page where a person chooses, in a real browser, by keyboard alone, in both languages, without any script."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from services.notifications.domain import Language
from services.notifications.preference_pages import preference_pages
from tests.notifications.conftest import LINKS, Invited
from tests.notifications.link_pages import Visiting, each_language_width_and_scheme, visiting

__all__ = ["visiting"]

pytestmark = pytest.mark.browser

NAMES = {"da": ("Påmindelser", "Gem", "Det er gemt."), "en": ("Reminders", "Save", "That is saved.")}


@each_language_width_and_scheme
async def test_somebody_chooses_by_keyboard_and_sees_that_it_is_saved(
    visiting: Visiting, invited: Invited, language: Language, width: int, scheme: str
) -> None:
    reminders, save, saved = NAMES[language]
    path = urlsplit(LINKS.preferences_url(invited.person_id)).path
    async with visiting(preference_pages, language, width, scheme) as visit:
        page, look = visit.page, visit.look
        await page.goto(f"{visit.root}{path}")
        await look.at("preferences")
        await page.get_by_role("checkbox", name=reminders).focus()
        await page.keyboard.press("Space")
        await page.get_by_role("button", name=save).focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text(saved)
        await expect(page.get_by_role("checkbox", name=reminders)).not_to_be_checked()
        await look.at("preferences-saved")
        await page.goto(f"{visit.root}/preferences/nothing")
        await look.at("preferences-unknown")

    assert look.broken == {}
