"""The page of suppressed addresses in a real browser, behind a proxy that takes a prefix away, without any script."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from shared.contracts.membership import Language
from tests.conftest import DatabaseOf
from tests.notifications.operators import TOKEN, web_part
from tests.notifications.test_suppressions import BO, FULL, NOBODY, Koege, koege
from tests.support.browser import NARROW, WIDE, Look, reader, served, sign_in

__all__ = ["koege"]

pytestmark = pytest.mark.browser

WORDS: dict[Language, tuple[str, str, str]] = {
    "da": ("Spærrede adresser", "Skriv til den igen", "Spærringen er ophævet."),
    "en": ("Suppressed addresses", "Write to it again", "The suppression is undone."),
}


@pytest.mark.parametrize(
    ("language", "width", "scheme", "reply"),
    [
        ("da", NARROW, "light", NOBODY),
        ("da", WIDE, "light", NOBODY),
        ("en", NARROW, "dark", FULL),
        ("en", WIDE, "dark", NOBODY),
    ],
)
async def test_a_suppression_is_found_explained_and_undone(
    chromium: Browser,
    koege: Koege,
    database: DatabaseOf,
    tmp_path: Path,
    language: Language,
    width: int,
    scheme: str,
    reply: str,
) -> None:
    listed, undo, undone = WORDS[language]
    koege.refuse(reply)
    for _ in range(4):
        await koege.invite(koege.bo)

    app = web_part(await database("notifications"), koege.service.clock)
    async with (
        served(app, "/notifications") as root,
        reader(chromium, language, width, color_scheme=scheme) as page,
    ):
        look = Look(page, f"{language}-{width}-{scheme}", tmp_path)
        await sign_in(page, f"{root}/pages", language, TOKEN)
        await page.get_by_role("link", name=listed).click()
        await expect(page.locator(".rows li")).to_contain_text(BO.lower())
        await expect(page.locator(".rows li")).to_contain_text("Bo Madsen · Køge Handel")
        await look.at("suppressions")
        await page.get_by_role("button", name=undo).click()
        await expect(page.get_by_role("status")).to_contain_text(undone)
        await look.at("suppressions-undone")

    assert look.broken == {}
    assert [event["ended_how"] for event in await koege.said()] == [None, "undone"]
