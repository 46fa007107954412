"""The secretariat's pages in a real browser, behind a proxy that takes a prefix away, without any script of ours."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from services.meetings import use_cases
from services.meetings.answers import Said
from services.meetings.app import build
from services.meetings.domain import Meeting
from services.meetings.recurrence import EveryWeeks, NthWeekday
from shared.contracts.membership import Language
from tests.conftest import DatabaseOf
from tests.meetings.builders import joined, person_updated, series, started
from tests.meetings.conftest import TOKEN, Service, settings_for
from tests.support.browser import SCREENS, Look, reader, served, sign_in

pytestmark = pytest.mark.browser

TOWNS = ("Køge", "Ribe", "Skagen", "Svendborg", "Thisted", "Ærøskøbing")
DAY = timedelta(days=1)
WORDS: dict[Language, dict[str, str]] = {
    "da": {
        "new": "Ny møderække",
        "title": "Titel",
        "which": "Hvilken",
        "holiday": "Når dagen er en helligdag",
        "link": "Link til mødet online",
        "preview": "Vis de næste tolv måneder",
        "plan": "Planlæg møderækken",
        "planned": "Møderækken er planlagt.",
    },
    "en": {
        "new": "New series",
        "title": "Title",
        "which": "Which one",
        "holiday": "When the day is a holiday",
        "link": "Link to the meeting online",
        "preview": "Show the next twelve months",
        "plan": "Plan the series",
        "planned": "The series is planned.",
    },
}


@pytest.fixture
async def address(service: Service, database: DatabaseOf) -> AsyncIterator[str]:
    """Where the pages are, under the prefix that the proxy takes away."""
    app = build(settings_for(await database("meetings")), ["web"], now=service.clock)
    async with served(app, "/meetings") as root:
        yield f"{root}/pages"


@pytest.mark.parametrize("language", WORDS)
async def test_a_series_is_planned_once_its_next_twelve_months_have_been_seen(
    chromium: Browser, address: str, service: Service, language: Language
) -> None:
    words = WORDS[language]
    async with reader(chromium, language, java_script_enabled=False) as page:
        await sign_in(page, address, language, TOKEN)
        await page.get_by_role("link", name=words["new"]).first.click()
        await page.get_by_label(words["title"]).fill("Netværksmøde")
        await page.get_by_label(words["which"], exact=True).select_option("3")
        await page.get_by_label(words["link"]).fill("https://meet.example/net")
        await page.get_by_role("button", name=words["preview"]).click()
        await expect(page.get_by_role("status")).to_contain_text("12")
        assert await service.meetings() == []
        await page.get_by_role("button", name=words["plan"]).click()
        await expect(page.get_by_role("status")).to_have_text(words["planned"])

    meetings = await service.meetings()
    assert (len(meetings), meetings[0].title, meetings[0].occurrence) == (12, "Netværksmøde", date(2026, 3, 19))


async def fill(service: Service) -> list[Meeting]:
    """Fill the year with what a network may plan, and with answers to it; return the meetings of a hybrid series."""
    organisations = [UUID(int=number) for number in range(1, len(TOWNS) + 1)]
    people = [UUID(int=number) for number in range(101, 101 + len(TOWNS) * 2)]
    await service.hear(
        *(
            joined(each, town=town, name=f"{town} Handelsstandsforening")
            for each, town in zip(organisations, TOWNS, strict=True)
        ),
        *(started(person, organisations[number % len(TOWNS)], person) for number, person in enumerate(people)),
        *(person_updated(person, f"Person {number}") for number, person in enumerate(people)),
    )
    await service.create(series(title="Netværksmøde"))
    quarterly = await service.create(
        series(
            title="Kvartalsmøde",
            mode="hybrid",
            recurrence=NthWeekday("tuesday", 3, (3, 6, 9, 12)),
            place="Pakhuset",
            host_town="Svendborg",
            agenda="1. Siden sidst\n2. Sommerens åbent by-aften",
        )
    )
    await service.create(series(title="Styregruppen", recurrence=EveryWeeks("wednesday", 2, service.now.date())))
    await service.plan()
    async with service.database.transaction() as conn:
        for number, person in enumerate(people[:9]):
            said = Said(("accepted", "accepted", "tentative", "declined")[number % 4], "in_person", None, service.now)
            await use_cases.give_answer(conn, quarterly[0].id, person, said, correlation_id="answer", now=service.now)
        await use_cases.cancel_meeting(conn, quarterly[2].id, "Sne", correlation_id="cancel", now=service.now)
    return quarterly


async def move(page: Page, fields: Mapping[str, str], meanwhile: Mapping[str, str] | None = None) -> None:
    """Move the meeting of a page; `meanwhile` somebody else moves it as well, in a page of their own."""
    await page.locator("details", has=page.locator("[action$=move]")).locator("summary").click()
    if meanwhile:
        other = await page.context.new_page()
        await other.goto(page.url)
        await move(other, meanwhile)
        await other.close()
    for name, value in fields.items():
        await page.locator(f"#move-{name}").fill(value)
    await page.locator("[action$=move] button").click()
    await page.wait_for_load_state()


@pytest.mark.parametrize(("language", "width", "scheme"), SCREENS)
async def test_every_page_is_for_everybody_on_any_screen(
    chromium: Browser, address: str, service: Service, language: Language, width: int, scheme: str, tmp_path: Path
) -> None:
    quarterly = await fill(service)
    first, series_page = f"{address}/meetings/{quarterly[0].id}", f"{address}/series/{quarterly[0].series_id}"

    async with reader(chromium, language, width, color_scheme=scheme) as page:
        look = Look(page, f"{language}-{width}-{scheme}", tmp_path)
        await sign_in(page, address, language, TOKEN)
        await look.at("year")
        await page.goto(f"{address}/series")
        await look.at("all-series")
        await page.goto(f"{address}/series/new")
        await look.at("new-series")
        await page.locator("#new-title").fill("Åbent by-netværk")
        await page.locator("[name=what][value=preview]").click()
        await look.at("new-series-with-error")
        await page.locator("#new-link").fill("https://meet.example/net")
        await page.locator("[name=what][value=preview]").click()
        await look.at("new-series-preview")
        await page.goto(series_page)
        await look.at("series")
        await page.locator("summary").first.click()
        await page.locator("#change-starts_at").fill("13:15")
        await page.locator("[action$=change] button").click()
        await look.at("series-changed")
        await page.locator("summary").nth(2).click()
        await page.locator("#end-from").fill("2026-01-01")
        await page.locator("[action$=end] button").click()
        await look.at("series-with-error")
        await page.goto(f"{series_page}/crisis")
        await look.at("new-crisis")
        await page.locator("#crisis-reason").fill("Nedlukning")
        await page.locator("#crisis-from").fill("2026-03-16")
        await page.locator("#crisis-until").fill("2026-03-27")
        await page.locator("#crisis-normal_meetings-2").check()
        await page.locator("[name=what][value=preview]").click()
        await look.at("new-crisis-preview")
        await page.locator("[name=what][value=start]").click()
        await look.at("crisis")
        await page.locator("#extend-until").fill("2026-03-20")
        await page.locator("[action$=extend] button").click()
        await look.at("crisis-with-error")
        await page.goto(f"{address}/year")
        await look.at("year-with-crisis")
        await page.goto(f"{first}/host")
        await look.at("host")
        await page.locator("[action$=choose] button").click()
        await look.at("host-chosen")
        await page.goto(first)
        await look.at("meeting")
        for summary in await page.locator("summary").all():
            await summary.click()
        await page.locator("[action$=answer] button").click()
        await look.at("meeting-with-error")
        await page.locator("#answer-person_id").select_option(index=12)
        await page.locator("#answer-answer-1").check()
        await page.locator("#answer-attendance-2").check()
        await page.locator("[action$=answer] button").click()
        await look.at("meeting-answered")
        await move(page, {"place": "Biblioteket"}, meanwhile={"minutes": "90", "place": "Havnehuset"})
        await look.at("meeting-changed-meanwhile")
        service.now = quarterly[0].ends_at + DAY
        await sign_in(page, address, language, TOKEN)
        await page.goto(first)
        await page.locator("[name=in_person]").first.check()
        await page.locator("[action$=attendance] button").click()
        await look.at("meeting-held")
        await page.goto(f"{address}/absent")
        await look.at("absent")
        await page.goto(f"{address}/meetings/nothing")
        await look.at("unknown")

    assert look.broken == {}
