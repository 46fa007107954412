"""The subscription page in a real browser, behind a proxy that takes a prefix away, without any script of ours."""

from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, expect

from services.meetings.app import build
from shared.contracts.membership import Language
from shared.links import SubscriptionLinks
from tests.conftest import DatabaseOf
from tests.meetings.builders import ANSWER_SECRET
from tests.meetings.conftest import Service, settings_for
from tests.support.browser import NARROW, WIDE, Look, reader, served

pytestmark = pytest.mark.browser

ANNA = UUID(int=2)
LINKS = SubscriptionLinks(ANSWER_SECRET)


@pytest.mark.parametrize(
    ("language", "width", "scheme", "replace_it"),
    [
        ("da", NARROW, "light", "Lav en ny adresse"),
        ("da", WIDE, "dark", "Lav en ny adresse"),
        ("en", NARROW, "light", "Make a new address"),
        ("en", WIDE, "dark", "Make a new address"),
    ],
)
async def test_somebody_subscribes_and_replaces_the_address(
    chromium: Browser,
    service: Service,
    database: DatabaseOf,
    tmp_path: Path,
    language: Language,
    width: int,
    scheme: str,
    replace_it: str,
) -> None:
    app = build(settings_for(await database("meetings")), ["web"], now=service.clock)
    async with (
        served(app, "/meetings") as root,
        reader(chromium, language, width, color_scheme=scheme) as page,
    ):
        look = Look(page, f"{language}-{width}-{scheme}", tmp_path)
        await page.goto(f"{root}/subscribe/{LINKS.token(ANNA)}?language={language}")
        await look.at("subscribe")
        before = await page.locator("#url").input_value()
        await page.get_by_role("button", name=replace_it).click()
        await expect(page.locator("#url")).not_to_have_value(before)
        await page.locator("main a[href^=public]").click()
        await look.at("subscribe-public")

    assert look.broken == {}
