"""The quarantine in a real browser, behind a proxy that takes a prefix away, without any script of ours."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from services.membership import use_cases
from services.membership.app import build
from services.membership.quarantine import Act
from services.membership.settings import Settings
from shared.contracts.membership import Language
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING, Door, delivery
from tests.membership.test_own_languages import hear
from tests.membership.test_snapshots import send
from tests.membership.test_unreachable import unreachable
from tests.support.browser import NARROW, WIDE, Look, go_by_keyboard, press_enter, reader, served, sign_in
from tests.support.builders import Message, appointed, contact, joined, updated

pytestmark = pytest.mark.browser

TOKEN = "a-token-of-the-operator"
WORDS: dict[Language, dict[str, str]] = {
    "da": {
        "what is wrong": "Hvad er galt",
        "email": "data.contacts[].email er ikke en e-mailadresse",
        "show": "Vis",
        "joined": "Organisation kommet med",
        "edit": "Ret beskeden",
        "data": "Data data",
        "keep": "Gem og prøv igen",
        "taken in": "Taget ind. Systemet får svar.",
        "other": "English",
    },
    "en": {
        "what is wrong": "What is wrong",
        "email": "data.contacts[].email: email",
        "show": "Show",
        "joined": "Organisation joined",
        "edit": "Edit the message",
        "data": "Data data",
        "keep": "Keep and try again",
        "taken in": "Taken in. Its system is answered.",
        "other": "Dansk",
    },
}


@pytest.fixture
async def address(database: DatabaseOf) -> AsyncIterator[str]:
    """Where the pages are, under the prefix that the proxy takes away."""
    facts = {
        "database_url": (await database("membership")).runtime_url,
        "amqp_url": "amqp://127.0.0.1",
        "operator_token": TOKEN,
    }
    app = build(Settings.model_validate(facts), ["web"], now=lambda: EVENING)
    async with served(app, "/membership") as root:
        yield f"{root}/pages"


@pytest.mark.parametrize("language", WORDS)
async def test_a_message_is_found_edited_and_taken_in(
    chromium: Browser, address: str, door: Door, language: Language
) -> None:
    words = WORDS[language]
    await door.take(joined("koege", contact("anna", email="anna.koege.example")), joined("b", kind="guild"))

    async with reader(chromium, language, java_script_enabled=False) as page:
        await sign_in(page, address, language, TOKEN)
        await page.get_by_label(words["what is wrong"]).select_option(words["email"])
        await page.get_by_role("button", name=words["show"], exact=True).click()
        await page.get_by_role("link", name=words["joined"]).click()
        await page.get_by_role("link", name=words["edit"]).click()
        data = page.get_by_label(words["data"])
        await data.fill((await data.input_value()).replace("anna.koege.example", "anna@koege.example"))
        await page.get_by_role("button", name=words["keep"]).click()
        await expect(page.get_by_role("status")).to_have_text(words["taken in"])

    assert await door.members() == {"Koege Handelsstandsforening"}
    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}


async def test_the_language_is_switched_where_one_is(chromium: Browser, address: str, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))

    async with reader(chromium, "da", java_script_enabled=False) as page:
        await sign_in(page, address, "da", TOKEN)
        await page.get_by_role("link", name=WORDS["da"]["joined"]).click()
        await page.get_by_role("button", name=WORDS["da"]["other"]).click()

        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Organisation joined: Koege Handelsstandsforening"
        )
        await expect(page.get_by_role("link", name=WORDS["en"]["edit"])).to_be_visible()


async def test_the_pages_are_used_by_keyboard_alone(chromium: Browser, address: str, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))

    async with reader(chromium, "da") as page:
        await page.goto(address)
        await go_by_keyboard(page, "who")
        await page.keyboard.type("Bente Holm")
        await go_by_keyboard(page, "token")
        await page.keyboard.type(TOKEN)
        await press_enter(page)
        await go_by_keyboard(page, "Organisation kommet med")
        await press_enter(page)
        await go_by_keyboard(page, "why")
        await page.keyboard.type("Findes ikke mere")
        await press_enter(page)
        await expect(page.get_by_role("status")).to_have_text("Henlagt.")


async def fill(door: Door) -> None:
    """Fill the quarantine with what a week may bring."""
    wrong = joined(
        "svendborg",
        contact("anna", name="Anna Møller", email="anna.moeller(a)svendborg.example", title="Citychef"),
        contact("bo", name="Bo Lind", role="boss", phone="+45 62 11 11 11"),
        town="Svendborg",
        name="Svendborg Handelsstandsforening",
        municipality_code="479",
        region="Syddanmark",
    )
    door.now = EVENING - timedelta(days=3, hours=2)
    headers = {name: value for name, value in wrong.headers.items() if name != "ce-time"}
    body = wrong.body.replace(b', "since": "2026-01-01"', b"")
    await door.take_raw(delivery(wrong, door.now, headers=headers, body=body))
    for town in ("Ribe", "Skagen", "Thisted"):
        await door.take(sent(replace(joined(town.lower(), name=f"{town} By"), source="/crm"), door))
    door.now = EVENING - timedelta(hours=20)
    koege = [joined("koege", name="Køge Handel"), updated("koege", kind="guild"), updated("koege", website="koege")]
    await door.take(*(sent(message, door) for message in koege))
    body = joined("faaborg", name="Fåborg").body.decode().encode("latin-1")
    await door.take_raw(delivery(sent(joined("faaborg"), door), door.now, routing_key="erp.x", body=body))
    door.now = EVENING - timedelta(minutes=4)
    await door.take(sent(appointed(contact("carl"), "nakskov"), door))
    await send(door)  # a complete list with nothing on it
    ribe = joined(
        "ribe", contact("carla", name="Carla Ravn", email="carla@ribe.example"), name="Ribe Handel", town="Ribe"
    )
    await door.take(sent(ribe, door))
    await hear(door, unreachable("carla@ribe.example"))
    async with door.database.transaction() as conn:
        await use_cases.replay(conn, [1], Act("Bente Holm", EVENING - timedelta(days=1)))


def sent(message: Message, door: Door) -> Message:
    """The same message, made a minute before it comes to the door."""
    return replace(message, time=door.now - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [
        ("da", NARROW, "light"),
        ("da", WIDE, "light"),
        ("da", WIDE, "dark"),
        ("en", NARROW, "light"),
        ("en", WIDE, "dark"),
    ],
)
async def test_every_page_is_for_everybody_on_any_screen(
    chromium: Browser, address: str, door: Door, language: Language, width: int, scheme: str, tmp_path: Path
) -> None:
    await fill(door)

    async with reader(chromium, language, width, color_scheme=scheme) as page:
        look = Look(page, f"{language}-{width}-{scheme}", tmp_path)
        await page.goto(address)
        await look.at("sign-in")
        await sign_in(page, address, language, TOKEN)
        await look.at("list")
        await page.locator("[name=what][value=replay]").click()
        await look.at("list-with-error")
        await page.locator("[name=id]").nth(1).check()
        await page.locator("[name=what][value=replay]").click()
        await look.at("act")
        await page.goto(f"{address}/quarantine/1")
        await look.at("message")
        await page.goto(f"{address}/quarantine/1/edit")
        await look.at("edit")
        await page.locator("#data").fill("{")
        await page.locator("[name=what][value=keep]").click()
        await look.at("edit-with-error")
        await page.locator("#data").fill("{}")
        await page.locator("[name=what][value=replay]").click()
        await look.at("message-after-a-try")
        await page.goto(f"{address}/quarantine/7")
        await page.locator("#why").fill("Sendt af en fejl i ERP")
        await page.locator(".dismissal button").click()
        await look.at("message-dismissed")
        await page.goto(f"{address}/missing")
        await look.at("missing")
        await page.locator("[name=what][value=remove]").click()
        await look.at("missing-with-error")
        await page.locator("[name=id]").first.check()
        await page.locator("[name=what][value=remove]").click()
        await look.at("missing-decided")
        await page.goto(f"{address}/unreachable")
        await expect(page.get_by_text("Carla Ravn")).to_be_visible()
        await look.at("unreachable-people")
        await page.goto(f"{address}/quarantine/999")
        await look.at("unknown")

    assert look.broken == {}
