"""The answer page in a real browser, behind a proxy that takes a prefix away, without any script of ours."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from services.meetings import use_cases
from services.meetings.answers import Capacity, Said
from services.meetings.app import build
from services.meetings.domain import Meeting
from shared.contracts.membership import Language
from shared.links import AnswerLink, AnswerLinks
from tests.conftest import DatabaseOf
from tests.meetings.builders import ANSWER_SECRET, joined, left, person_updated, series, started
from tests.meetings.conftest import Service, settings_for
from tests.support.browser import NARROW, WIDE, Look, reader, served

pytestmark = pytest.mark.browser

KOEGE, RIBE, ANNA, BO, CARL = (UUID(int=number) for number in range(1, 6))
LINKS = AnswerLinks(ANSWER_SECRET)
DAY = timedelta(days=1)
WORDS: dict[Language, dict[str, str]] = {
    "da": {"yes": "Ja", "no": "Nej", "in person": "Jeg møder op", "send": "Send svar", "how": "Vælg, om du møder op"},
    "en": {"yes": "Yes", "no": "No", "in person": "In person", "send": "Send answer", "how": "Choose whether you come"},
}


@dataclass
class Inbox:
    """The links in one meeting's mails."""

    service: Service
    meeting: Meeting
    root: str

    def link(self, person: UUID, language: Language = "da") -> str:
        return f"{self.root}/answer/{LINKS.token(AnswerLink(self.meeting.id, person))}?language={language}"

    async def places(self, in_person: int) -> None:
        async with self.service.database.transaction() as conn:
            capacity = Capacity(in_person=in_person)
            await use_cases.set_capacity(conn, self.meeting.id, lambda _: capacity, now=self.service.now)
            await use_cases.pass_on_places(
                conn, self.meeting.id, good_for=DAY, correlation_id="offer", now=self.service.now
            )

    async def accept(self, person: UUID) -> None:
        async with self.service.database.transaction() as conn:
            said = Said("accepted", "in_person", None, self.service.now)
            await use_cases.give_answer(
                conn, self.meeting.id, person, said, correlation_id="answer", now=self.service.now
            )

    async def cancel(self) -> None:
        async with self.service.database.transaction() as conn:
            await use_cases.cancel_meeting(conn, self.meeting.id, "Sne", correlation_id="no", now=self.service.now)


@pytest.fixture
async def inbox(service: Service, database: DatabaseOf) -> AsyncIterator[Inbox]:
    await service.hear(
        joined(KOEGE),
        joined(RIBE),
        *(started(person, KOEGE, person) for person in (ANNA, BO)),
        started(CARL, RIBE, CARL),
        person_updated(ANNA, "Anna Møller"),
    )
    planned, *_ = await service.create(
        series(
            mode="hybrid",
            title="Kvartalsmøde",
            place="Kulturhuset Pakhuset på den gamle havn",
            address="Havnepladsen 1-3, 5700 Svendborg",
            agenda="1. Siden sidst",
        )
    )
    await service.plan()
    app = build(settings_for(await database("meetings")), ["web"], now=service.clock)
    async with served(app, "/meetings") as root:
        yield Inbox(service, planned, root)


async def say(page: Page, language: Language, *choices: str) -> None:
    for choice in choices:
        await page.get_by_label(WORDS[language][choice], exact=True).check()
    await page.get_by_role("button", name=WORDS[language]["send"]).click()


async def test_somebody_answers_changes_the_answer_and_joins_the_waiting_list(chromium: Browser, inbox: Inbox) -> None:
    await inbox.places(1)
    async with reader(chromium, "da", java_script_enabled=False) as page:
        standing = page.locator("#answer")
        await page.goto(inbox.link(ANNA))
        await say(page, "da", "yes", "in person")
        await expect(standing).to_contain_text("der er en plads til dig")
        await say(page, "da", "no")
        await expect(standing).to_contain_text("du kommer ikke")
        await inbox.accept(BO)
        await say(page, "da", "yes", "in person")
        await expect(standing).to_contain_text("Du er nummer 1 på ventelisten")


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("da", NARROW, "light"), ("da", WIDE, "dark"), ("en", NARROW, "dark"), ("en", WIDE, "light")],
)
async def test_the_page_is_for_everybody_in_each_of_its_states(
    chromium: Browser, inbox: Inbox, language: Language, width: int, scheme: str, tmp_path: Path, database: DatabaseOf
) -> None:
    async with reader(chromium, language, width, color_scheme=scheme) as page:
        look, service = Look(page, f"{language}-{width}-{scheme}", tmp_path), inbox.service
        await page.goto(inbox.link(ANNA, language))
        await look.at("answer")
        await say(page, language, "yes")
        await expect(page.get_by_text(WORDS[language]["how"])).to_be_visible()
        await look.at("answer-with-error")
        await say(page, language, "yes", "in person")
        await look.at("answer-confirmed")
        await inbox.places(1)
        await inbox.accept(BO)
        await page.goto(inbox.link(BO, language))
        await look.at("answer-waiting")
        await inbox.places(2)
        await page.goto(inbox.link(BO, language))
        await look.at("answer-offered")
        service.now += 2 * DAY
        await inbox.places(2)
        await page.goto(inbox.link(BO, language))
        await look.at("answer-let-pass")
        await say(page, language, "no")
        await look.at("answer-declined")
        await service.hear(left(RIBE))
        await page.goto(inbox.link(CARL, language))
        await look.at("answer-not-invited")
        await inbox.cancel()
        await page.goto(inbox.link(ANNA, language))
        await look.at("answer-cancelled")
        service.now = inbox.meeting.ends_at + 2 * DAY
        await page.goto(inbox.link(ANNA, language))
        await look.at("answer-ended")
        await page.goto(f"{inbox.root}/answer/nothing?language={language}")
        await look.at("answer-unknown")
        urls = {"meetings_runtime": "postgresql://nobody:nothing@127.0.0.1:9/nowhere"}
        nowhere = build(settings_for(replace(await database("meetings"), urls=urls)), ["web"], now=service.clock)
        async with served(nowhere, "/meetings") as root:
            await page.goto(inbox.link(ANNA, language).replace(inbox.root, root))
            await look.at("answer-in-trouble")

    assert look.broken == {}
