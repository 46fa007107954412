"""The answer page as a browser, or a scanner of links, sees it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID, uuid4

import httpx
import pytest

from services.meetings import use_cases
from services.meetings.answers import Capacity
from services.meetings.domain import Change, Meeting
from shared.links import AnswerLink, AnswerLinks
from tests.conftest import DatabaseOf
from tests.meetings.builders import ANSWER_SECRET, joined, left, person_updated, series, started
from tests.meetings.conftest import Service, web

KOEGE, ANNA, BO = UUID(int=1), UUID(int=2), UUID(int=3)
LINKS = AnswerLinks(ANSWER_SECRET)
DAY = timedelta(days=1)


@pytest.fixture
async def meeting(service: Service) -> Meeting:
    """A hybrid meeting that two people are asked to."""
    await service.hear(
        joined(KOEGE),
        *(started(person, KOEGE, person) for person in (ANNA, BO)),
        person_updated(ANNA, "Anna <Ærø>"),
    )
    planned, *_ = await service.create(series(mode="hybrid", place="Rådhuset", title="Kvartalsmøde"))
    await service.plan()
    return planned


@pytest.fixture
async def browser(service: Service, database: DatabaseOf) -> Any:
    """A browser without any token, at the moment of the test."""
    async with web(await database("meetings"), service.clock) as client:
        del client.headers["Authorization"]
        yield client


def page_of(meeting: Meeting, person: UUID = ANNA, links: AnswerLinks = LINKS) -> str:
    return f"/answer/{links.token(AnswerLink(meeting.id, person))}"


async def rows(service: Service) -> list[Any]:
    """Everything that there is in the schema, as text."""
    async with service.database.connection() as conn:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'meetings' ORDER BY tablename")
        return [
            (table, await conn.fetch(f"SELECT t::text AS row FROM {table} AS t ORDER BY 1"))
            for (table,) in tables
            if table != "schema_migrations"
        ]


async def test_looking_shows_the_meeting_whose_answer_it_is_and_the_choices_and_changes_nothing(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    before = await rows(service)

    pages = [await browser.request(method, page_of(meeting)) for method in ("GET", "HEAD") for _ in range(10)]

    assert {page.status_code for page in pages} == {200}
    assert await rows(service) == before
    text = pages[0].text
    for shown in (
        "Kvartalsmøde",
        "torsdag 12. marts 2026 kl. 9.30–10.30",
        "Rådhuset",
        "Anna &lt;Ærø&gt;",
        "Du har ikke svaret.",
        "Vil du svare for en kollega?",
    ):
        assert shown in text
    assert re.findall(r'name="(\w+)" value="(\w+)"', text) == [
        ("answer", "accepted"),
        ("answer", "tentative"),
        ("answer", "declined"),
        ("attendance", "in_person"),
        ("attendance", "online"),
    ]
    assert pages[-1].text == ""


async def test_one_answer_is_given_without_signing_in_and_can_be_changed(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    url = page_of(meeting)

    answered = await browser.post(url, data={"answer": "accepted", "attendance": "online", "comment": "Hej\r\nmed jer"})
    shown = await browser.get(urljoin(url, answered.headers["Location"]))
    service.now += timedelta(minutes=1)
    await browser.post(url, data={"answer": "declined", "attendance": "online"})
    changed = await browser.get(url)

    assert (answered.status_code, answered.text) == (303, "")
    assert "du er med online" in shown.text
    assert "Hej\nmed jer</textarea>" in shown.text
    assert re.findall(r'value="(\w+)"[^>]* checked', shown.text) == ["accepted", "online"]
    assert "du kommer ikke" in changed.text


async def test_the_page_is_in_the_reader_s_language_or_in_the_other(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    url = page_of(meeting)

    english = await browser.get(f"{url}?language=en")
    answered = await browser.post(f"{url}?language=en", data={"answer": "declined"})
    shown = await browser.get(urljoin(url, answered.headers["Location"]))

    assert '<html lang="en">' in english.text
    assert "Thursday 12 March 2026 at 9:30–10:30 (Danish time)" in english.text
    assert 'href="?language=da"' in english.text
    assert "Your answer: you are not coming." in shown.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Vælg et svar."),
        ({"answer": "perhaps"}, "Vælg et svar."),
        ({"answer": "accepted"}, "Vælg, om du møder op eller er med online."),
        ({"answer": "declined", "comment": "x" * 501}, "Højst 500 almindelige tegn."),
        ({"answer": "declined", "comment": "\x00"}, "Højst 500 almindelige tegn."),
    ],
)
async def test_a_form_that_is_filled_in_wrongly_says_so_by_field(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting, fields: dict[str, str], said: str
) -> None:
    before = await rows(service)

    refused = await browser.post(page_of(meeting), data=fields)

    assert refused.status_code == 422
    assert said in refused.text
    assert await rows(service) == before


async def test_what_no_form_of_ours_sends_is_refused(browser: httpx.AsyncClient, meeting: Meeting) -> None:
    sent = [b"\xff\xfe", b"answer=" + b"x" * 70_000, b"&".join(b"a%d=b" % number for number in range(2000)), b""]

    assert [(await browser.post(page_of(meeting), content=octets)).status_code for octets in sent] == [422] * 4


async def test_another_site_answers_for_nobody(service: Service, browser: httpx.AsyncClient, meeting: Meeting) -> None:
    before = await rows(service)

    refused = [
        await browser.post(page_of(meeting), data={"answer": "declined"}, headers=headers)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"})
    ]

    assert [page.status_code for page in refused] == [403, 403]
    assert await rows(service) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_a_link_that_is_not_ours_opens_nothing(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting, method: str
) -> None:
    before = await rows(service)
    good = page_of(meeting)
    bad = [
        good[:-1],
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.replace("/answer/", "/answer/x"),
        page_of(meeting, links=AnswerLinks("another secret of thirty-two chars")),
        f"/answer/{LINKS.token(AnswerLink(uuid4(), ANNA))}",
        "/answer/æøå",
        "/answer/AAAA",
    ]

    found = [await browser.request(method, each, data={"answer": "declined"}) for each in bad]

    assert [page.status_code for page in found] == [404] * len(bad)
    assert await rows(service) == before


async def test_a_link_is_for_one_person_and_one_meeting(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    await browser.post(page_of(meeting, BO), data={"answer": "declined"})

    async with service.database.connection() as conn:
        found = await conn.fetch("SELECT meeting_id, person_id FROM answers")
    assert [tuple(row) for row in found] == [(meeting.id, BO)]


async def test_a_link_ends_a_day_after_its_meeting_wherever_that_is_moved(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    url = page_of(meeting)
    async with service.database.transaction() as conn:
        later = Change(starts_at=meeting.starts_at + 14 * DAY)
        await use_cases.move_meeting(conn, meeting.id, later, correlation_id="move", now=service.now)

    service.now = meeting.ends_at + 2 * DAY
    moved = await browser.post(url, data={"answer": "declined"})
    service.now = meeting.ends_at + 15 * DAY
    last = await browser.get(url)
    service.now += timedelta(seconds=1)
    ended = [await browser.get(url), await browser.head(url), await browser.post(url, data={"answer": "declined"})]

    assert moved.status_code == 303
    assert last.status_code == 200
    assert "Mødet er begyndt" in last.text
    assert "<form" not in last.text
    assert [page.status_code for page in ended] == [410] * 3
    assert "Linket er udløbet" in ended[0].text


async def test_who_is_asked_no_longer_and_who_comes_too_late_are_told_so(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    await service.hear(left(KOEGE))
    withdrawn = await browser.post(page_of(meeting), data={"answer": "declined"})
    async with service.database.transaction() as conn:
        await use_cases.cancel_meeting(conn, meeting.id, "Sne", correlation_id="cancel", now=service.now)
    cancelled = await browser.post(page_of(meeting), data={"answer": "declined"})

    assert (withdrawn.status_code, cancelled.status_code) == (409, 409)
    assert "ikke længere indkaldt" in withdrawn.text
    assert "Mødet er aflyst" in cancelled.text
    assert "Sne" in cancelled.text
    assert "<form" not in withdrawn.text + cancelled.text


async def test_who_waits_sees_their_turn_and_who_is_offered_a_place_until_when(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    comes = {"answer": "accepted", "attendance": "in_person"}
    async with service.database.transaction() as conn:
        await use_cases.set_capacity(conn, meeting.id, lambda _: Capacity(in_person=0), now=service.now)
    await browser.post(page_of(meeting, BO), data=comes)
    await browser.post(page_of(meeting), data=comes)
    waiting = (await browser.get(page_of(meeting))).text

    async with service.database.transaction() as conn:
        await use_cases.set_capacity(conn, meeting.id, lambda _: Capacity(in_person=2), now=service.now)
        await use_cases.pass_on_places(conn, meeting.id, good_for=DAY, correlation_id="offer", now=service.now)
    offered = (await browser.get(page_of(meeting))).text
    await browser.post(page_of(meeting), data=comes)
    confirmed = (await browser.get(page_of(meeting))).text

    assert "Du er nummer 2" in " ".join(waiting.split())
    assert "Svar ja senest tirsdag 3. marts 2026 kl. 13.00" in " ".join(offered.split())
    assert "der er en plads til dig" in confirmed


async def test_a_page_loads_its_style_sheet_alone_and_its_address_goes_nowhere(
    browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = await browser.get(page_of(meeting))

    style = await browser.get(urljoin(page_of(meeting), "style.css"))
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers
    assert re.findall(r"<link[^>]*>", page.text) == ['<link rel="stylesheet" href="style.css">']
    assert not re.search(r"<script|src=|@import|url\((?!#)", page.text)


async def test_a_form_that_is_filled_in_wrongly_keeps_what_was_filled_in(
    browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    refused = await browser.post(page_of(meeting), data={"answer": "accepted", "comment": "Kommer med toget"})

    assert re.findall(r'value="(\w+)"[^>]* checked', refused.text) == ["accepted"]
    assert "Kommer med toget</textarea>" in refused.text


async def test_trouble_is_told_in_the_same_style_and_in_the_language_of_the_address(
    service: Service, database: DatabaseOf, meeting: Meeting
) -> None:
    nowhere = {"meetings_runtime": "postgresql://nobody:nothing@127.0.0.1:9/nowhere"}

    async with web(replace(await database("meetings"), urls=nowhere), service.clock) as client:
        pages = [await client.get(f"{page_of(meeting)}?language={language}") for language in ("da", "en")]

    assert [page.status_code for page in pages] == [503, 503]
    assert "Databasen svarer ikke" in pages[0].text
    assert "The database does not answer" in pages[1].text
    assert [re.findall('href="([^#][^"]*)"', page.text) for page in pages] == [
        ["style.css", "?language=en"],
        ["style.css", "?language=da"],
    ]


def test_a_token_names_nobody_and_is_the_same_every_time() -> None:
    link = AnswerLink(uuid4(), uuid4())

    token = LINKS.token(link)

    assert str(link.person_id) not in token
    assert re.fullmatch(r"[A-Za-z0-9_-]{70}", token)
    assert token == LINKS.token(link)
    assert LINKS.read(token) == link
