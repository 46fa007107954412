"""The page that unsubscribes in a real browser, by keyboard alone, in both languages, without any script of ours."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from services.notifications.domain import Language
from services.notifications.links import Unsubscribe
from services.notifications.unsubscribe_pages import unsubscribe_pages
from tests.notifications.conftest import LINKS, Invited
from tests.notifications.link_pages import Visiting, each_language_width_and_scheme, visiting
from tests.support.browser import go_by_keyboard, press_enter

__all__ = ["visiting"]

pytestmark = pytest.mark.browser

NAMES = {
    "da": ("Send mig ingen indkaldelser", "Send mig indkaldelser igen", "Du får indkaldelser på mail igen."),
    "en": ("Send me no invitations", "Send me invitations again", "You get invitations by e-mail again."),
}


@each_language_width_and_scheme
async def test_somebody_mutes_a_topic_by_keyboard_and_takes_it_back(
    visiting: Visiting, invited: Invited, language: Language, width: int, scheme: str
) -> None:
    mute, unmute, undone = NAMES[language]
    path = urlsplit(LINKS.unsubscribe_url(Unsubscribe(invited.person_id, "invitations"))).path
    async with visiting(unsubscribe_pages, language, width, scheme) as visit:
        page, look = visit.page, visit.look
        await page.goto(f"{visit.root}{path}")
        await look.at("unsubscribe")
        await go_by_keyboard(page, mute)
        await press_enter(page)
        await look.at("unsubscribed")
        await go_by_keyboard(page, unmute)
        await press_enter(page)
        await expect(page.get_by_role("status")).to_have_text(undone)
        await look.at("subscribed-again")
        await page.goto(f"{visit.root}/unsubscribe/nothing")
        await look.at("unsubscribe-unknown")

    assert look.broken == {}
