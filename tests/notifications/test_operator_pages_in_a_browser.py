"""What became of e-mails in a real browser, behind a proxy that takes a prefix away, without any script of ours."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from services.notifications.domain import Outcome
from shared.contracts.membership import Language
from tests.conftest import DatabaseOf
from tests.notifications.builders import MeetingStory, mandate_started, organisation_joined, person_updated
from tests.notifications.conftest import Service
from tests.notifications.operators import TOKEN, web_part
from tests.notifications.test_emails_api import fail
from tests.support.browser import SCREENS, Look, go_by_keyboard, press_enter, reader, served, sign_in

pytestmark = pytest.mark.browser

WORDS: dict[Language, dict[str, str]] = {
    "da": {
        "who": "Navn, adresse eller by",
        "find": "Find læseren",
        "kind": "Indkaldelse",
        "because": "Fordi",
        "again": "Send igen",
        "done": "Den sendes igen.",
        "see": "Se mailen, som læseren ser den",
        "calendar": "Beder læserens kalender om at sætte mødet ind",
        "topics": "Emner",
        "hold": "Hold tilbage",
        "held": "Holdes tilbage",
        "release": "Frigiv",
    },
    "en": {
        "who": "Name, address or town",
        "find": "Find the reader",
        "kind": "Invitation",
        "because": "Because",
        "again": "Send again",
        "done": "It is sent again.",
        "see": "See the mail as its reader sees it",
        "calendar": "Asks the reader's calendar to enter the meeting",
        "topics": "Topics",
        "hold": "Hold",
        "held": "Held",
        "release": "Release",
    },
}


@pytest.fixture
async def address(service: Service, database: DatabaseOf) -> AsyncIterator[str]:
    """Where the pages are, under the prefix that the proxy takes away."""
    app = web_part(await database("notifications"), service.clock)
    async with served(app, "/notifications") as root:
        yield f"{root}/pages"


async def fill(service: Service) -> None:
    """Mail what a week may bring: some of it could not be delivered."""
    towns = {"Køge": "Anna Sørensen", "Ribe": "Bo Lind", "Svendborg": "Carla Møller Jespersen"}
    story = MeetingStory(place="Rådhuset, Torvet 1, 4600 Køge", host_town="Køge")
    for town, name in towns.items():
        organisation, person = uuid4(), uuid4()
        mail = f"{name.split()[0].lower()}@{town.lower().replace('ø', 'oe')}.example"
        await service.hear(
            organisation_joined(organisation, f"{town} Handelsstandsforening"),
            mandate_started(person, organisation),
            person_updated(person, mail, name=name),
        )
        await service.hear(story.issued(person))
        service.later(timedelta(hours=1))
        await fail(service, *([] if town == "Svendborg" else [Outcome("accepted", "250 2.0.0 Ok: queued as 4F1")]))
    await service.hear(*[MeetingStory(title="Kvartalsmøde").issued(uuid4()) for _ in range(3)])


@pytest.mark.parametrize("language", WORDS)
async def test_a_reader_s_mail_is_found_looked_at_and_sent_again(
    chromium: Browser, address: str, service: Service, language: Language
) -> None:
    words = WORDS[language]
    await fill(service)

    async with reader(chromium, language, java_script_enabled=False) as page:
        await sign_in(page, address, language, TOKEN)
        await page.get_by_label(words["who"]).fill("svendborg carla")
        await page.get_by_role("button", name=words["find"]).click()
        assert "carla" not in page.url.lower()
        await page.get_by_role("link", name=words["kind"]).click()
        await page.get_by_role("link", name=words["see"]).click()
        frame = page.frame_locator("iframe")
        await expect(frame.get_by_role("heading", level=1)).to_have_text("Netværksmøde")
        await expect(frame.get_by_role("link")).to_have_count(0)
        await expect(page.get_by_text(words["calendar"])).to_be_visible()
        await page.go_back()
        await page.get_by_label(words["because"]).fill("Postkassen er tømt")
        await page.get_by_role("button", name=words["again"]).click()
        await expect(page.get_by_role("status")).to_have_text(words["done"])

    fates = await service.emails()
    assert [(email["kind"], email["state"]) for email in fates[4:]] == [("welcome", "failed"), ("invitation", "queued")]


async def test_the_pages_are_used_by_keyboard_alone(chromium: Browser, address: str, service: Service) -> None:
    await fill(service)

    async with reader(chromium, "da") as page:
        await sign_in(page, address, "da", TOKEN)
        await go_by_keyboard(page, "Indkaldelse, nr. 6")
        await press_enter(page)
        await go_by_keyboard(page, "why")
        await page.keyboard.type("Postkassen er tømt")
        await press_enter(page)
        await expect(page.get_by_role("status")).to_have_text("Den sendes igen.")


@pytest.mark.parametrize("language", WORDS)
async def test_a_topic_is_held_and_released(
    chromium: Browser, address: str, service: Service, language: Language
) -> None:
    words = WORDS[language]
    async with reader(chromium, language, java_script_enabled=False) as page:
        await sign_in(page, address, language, TOKEN)
        await page.get_by_role("link", name=words["topics"]).click()
        first = page.locator(".rows > li").first
        await first.locator("summary").click()
        await first.get_by_label(words["because"]).fill("Forkert link i teksten")
        await first.get_by_role("button", name=words["hold"]).click()
        await expect(first.locator(".tag")).to_have_text(words["held"])
        await expect(first).to_contain_text("Bente Holm: Forkert link i teksten")
        await first.get_by_role("button", name=words["release"]).click()
        await expect(first.locator(".tag")).not_to_have_text(words["held"])


@pytest.mark.parametrize(("language", "width", "scheme"), SCREENS)
async def test_every_page_is_for_everybody_on_any_screen(
    chromium: Browser, address: str, service: Service, language: Language, width: int, scheme: str, tmp_path: Path
) -> None:
    await fill(service)

    async with reader(chromium, language, width, color_scheme=scheme) as page:
        look = Look(page, f"{language}-{width}-{scheme}", tmp_path)
        await sign_in(page, address, language, TOKEN)
        await look.at("emails")
        await page.locator("section.acts button").click()
        await look.at("emails-with-error")
        await page.locator("[name=id]").first.check()
        await page.locator("#why").fill("Postkassen er tømt")
        await page.locator("section.acts button").click()
        await look.at("emails-sent-again")
        await page.goto(f"{address}/emails/5")
        await look.at("email")
        await page.locator("section.acts button").click()
        await look.at("email-with-error")
        await page.goto(f"{address}/emails/6/mail")
        await page.locator("details summary").click()
        await look.at("email-as-read")
        await page.goto(f"{address}/hours")
        await look.at("hours")
        await page.goto(f"{address}/topics")
        await page.locator("summary").first.click()
        await page.locator("[name=why]").first.fill("Forkert link i teksten")
        await page.locator("details button").first.click()
        await look.at("topics")
        await page.goto(f"{address}/emails")
        await page.locator("#words").fill("handel")
        await page.locator("form.filter").first.locator("button").click()
        await look.at("people")
        await page.goto(f"{address}/emails/999")
        await look.at("unknown-email")

    assert look.broken == {}
