"""The pages of what became of e-mails, as a browser without scripts gets them."""

import html
import re
from collections.abc import AsyncIterator
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest

from services.notifications import storage
from services.notifications.domain import State
from services.notifications.fates import WHY_LEFT, Left
from services.notifications.filters import Filter
from services.notifications.operator_pages import wording
from tests.conftest import DatabaseOf
from tests.notifications.builders import MeetingStory, mandate_started, organisation_joined, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.operators import TOKEN, caller, web_part
from tests.notifications.test_emails_api import fail


@pytest.fixture
async def outside(service: Service, database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody has signed in."""
    async with caller(web_part(await database("notifications"), service.clock)) as client:
        client.headers.pop("Authorization")
        client.follow_redirects = True
        yield client


@pytest.fixture
async def browser(outside: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser in which Bente has signed in."""
    await outside.post("/pages/sign-in", data={"who": "Bente Holm", "token": TOKEN})
    return outside


async def send(browser: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    """Send a form, with what is hidden in every form of ours."""
    page = await browser.get("/pages/topics")
    [token, *_] = re.findall(r'name="form_token" value="([^"]+)"', page.text)
    return await browser.post(path, data={"form_token": html.unescape(token), **fields})


def text(page: httpx.Response) -> str:
    """Return what a page says, without its markup."""
    body = page.text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split()).replace(" ,", ",")


async def test_nobody_sees_a_mail_without_signing_in(outside: httpx.AsyncClient, invited: Invited) -> None:
    for path in ("emails", "emails/2", "emails/2/mail", "emails/2/mail/html", "hours", "topics"):
        page = await outside.get(f"/pages/{path}")

        assert page.url.path == "/pages/sign-in"
        assert "Anna" not in page.text


async def test_e_mails_are_listed_by_all_that_is_asked_for(
    browser: httpx.AsyncClient, service: Service, invited: Invited
) -> None:
    bo, ribe = uuid4(), uuid4()
    await fail(service)
    await service.hear(
        organisation_joined(ribe, "Ribe By"),
        mandate_started(bo, ribe),
        person_updated(bo, "bo@ribe.example", name="Bo"),
    )

    async def numbers(query: str) -> list[str]:
        return re.findall(r'href="[./]*pages/emails/(\d+)"', (await browser.get(f"/pages/emails?{query}")).text)

    assert await numbers("") == ["3", "2", "1"]
    assert await numbers("state=failed") == ["2"]
    assert await numbers("kind=welcome") == ["3", "1"]
    assert await numbers(f"organisation={ribe}") == ["3"]
    assert await numbers(f"meeting={invited.story.id}") == ["2"]
    assert await numbers(f"person={bo}&state=sent") == []
    assert await numbers("reply=550") == ["2"]
    assert await numbers("state=nonsense&person=nobody&after=x") == ["3", "2", "1"]


async def test_a_long_list_has_older_pages(browser: httpx.AsyncClient, service: Service) -> None:
    await service.hear(*(person_updated(UUID(int=n), f"p{n}@koege.example") for n in range(1, 61)))
    await service.hear(*(MeetingStory().issued(UUID(int=n)) for n in range(1, 61)))
    first = await browser.get("/pages/emails?kind=invitation")

    [older] = re.findall(r'rel="next" href="[./]*(pages/[^"]+)"', first.text)
    second = await browser.get("/" + html.unescape(older))

    assert "kind=invitation" in older
    assert re.findall(r'href="[./]*pages/emails/(\d+)"', second.text) == [str(n) for n in range(10, 0, -1)]


async def test_whoever_is_searched_for_stands_in_no_address(browser: httpx.AsyncClient, service: Service) -> None:
    await service.hear(
        person_updated(uuid4(), "anna@koege.example", name="Anna Ærø"),
        person_updated(UUID(int=7), "bo@koege.example", name="Bo Ærø"),
        organisation_joined(UUID(int=8), "Handel og Håndværk", town="Ribe"),
        mandate_started(UUID(int=7), UUID(int=8)),
    )

    several = await send(browser, "/pages/emails/people", words="ÆRØ")
    one = await send(browser, "/pages/emails/people", words="bo@koege")
    of_a_town = await send(browser, "/pages/emails/people", words="ribe")
    none = await send(browser, "/pages/emails/people", words="%")

    assert several.url.path == "/pages/emails/people"
    assert "Anna Ærø anna@koege.example Bo Ærø bo@koege.example · Handel og Håndværk" in text(several)
    assert str(one.url).endswith(f"/pages/emails?person={UUID(int=7)}")
    assert "Til Bo Ærø. Vis alle" in text(one)
    assert of_a_town.url == one.url
    assert "Vi fandt ingen med de ord." in text(none)


async def test_a_mail_is_shown_in_a_frame_in_which_it_can_do_nothing(
    browser: httpx.AsyncClient, invited: Invited
) -> None:
    page = await browser.get("/pages/emails/2/mail")
    frame = await browser.get("/pages/emails/2/mail/html")

    assert re.search(r'<iframe [^>]*src="[./]+pages/emails/2/mail/html" sandbox ', page.text)
    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    assert "'none'" in page.headers["Content-Security-Policy"]
    rules = frame.headers["Content-Security-Policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "form-action 'none'", "frame-ancestors 'self'"} <= set(rules)
    assert frame.headers["Cache-Control"] == page.headers["Cache-Control"] == "no-store"
    assert "Du er indkaldt til Netværksmøde." in frame.text
    assert "href" not in frame.text


async def test_the_calendar_part_is_told_in_words(browser: httpx.AsyncClient, invited: Invited) -> None:
    said = text(await browser.get("/pages/emails/2/mail"))
    english = text(await browser.get("/pages/emails/2/mail?language=en"))

    assert "Beder læserens kalender om at sætte mødet ind" in said
    assert "Hvornår torsdag 22. oktober 2026 kl. 9.30–10.30" in said
    assert "Asks the reader for an answer." in english
    assert "When Thursday 22 October 2026 at 9:30–10:30 (Danish time)" in english


async def test_a_look_at_a_mail_is_logged_without_what_it_says(
    browser: httpx.AsyncClient, invited: Invited, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.get("/pages/emails/2/mail")

    [line] = [line for line in capsys.readouterr().out.splitlines() if "looked at" in line]
    assert "email_id=2" in line
    assert not re.search("Anna|koege|Netværksmøde|Bente", line)


async def test_failures_are_sent_again_with_a_reason_alone(
    browser: httpx.AsyncClient, service: Service, invited: Invited
) -> None:
    await fail(service)

    without = await send(browser, "/pages/emails/2/resend", why=" ")
    done = await send(browser, "/pages/emails/2/resend", why="Postkassen er tømt")
    again = await send(browser, "/pages/emails/2/resend", why="Postkassen er tømt")

    assert (without.status_code, "Skriv hvorfor" in text(without)) == (422, True)
    assert 'name="back" value="pages/emails/2"' in without.text
    assert "Den sendes igen." in text(done)
    assert "Sendes igen tirsdag 1. september 2026 kl. 10.00, Bente Holm Postkassen er tømt" in text(done)
    assert "Den er ikke sendt igen." in text(again)
    assert (await service.fates())[1] == ("invitation", "queued")


async def test_those_chosen_or_all_that_are_shown_are_sent_again(
    browser: httpx.AsyncClient, service: Service, invited: Invited
) -> None:
    bo = uuid4()
    await service.hear(person_updated(bo, "bo@ribe.example"), invited.story.issued(bo))
    await fail(service)

    shown = await browser.get("/pages/emails?kind=invitation")
    nothing = await send(browser, "/pages/emails/resend", which="chosen", kind="invitation", why="Fordi")
    chosen = await send(browser, "/pages/emails/resend", which="chosen", id=["1", "2"], why="Fordi")
    everything = await send(browser, "/pages/emails/resend", which="all", kind="invitation", why="Fordi")

    assert "Alle 2, der ikke kunne leveres" in text(shown)
    assert (nothing.status_code, "Vælg mindst én e-mail" in text(nothing)) == (422, True)
    assert 'name="back" value="pages/emails?kind=invitation"' in nothing.text
    assert "1 af 2 sendes igen. De andre er ikke sendt igen: 1 : Den er ikke en af dem" in text(chosen)
    assert "1 af 1 sendes igen." in text(everything)
    assert re.findall(r'href="[./]*pages/emails/(\d+)"', everything.text) == ["3"]


async def test_a_form_of_another_session_changes_nothing(
    browser: httpx.AsyncClient, service: Service, invited: Invited
) -> None:
    await fail(service)

    for path in ("emails/2/resend", "emails/resend", "emails/people", "topics/invitations/hold"):
        answer = await browser.post(f"/pages/{path}", data={"form_token": "guessed", "why": "x", "which": "all"})

        assert answer.status_code == 403
    assert (await service.fates())[1] == ("invitation", "failed")


async def test_a_topic_that_is_held_says_who_holds_it_and_why(browser: httpx.AsyncClient, invited: Invited) -> None:
    held = await send(browser, "/pages/topics/invitations/hold", why="Forkert link")
    twice = await send(browser, "/pages/topics/invitations/hold", why="Forkert link")
    released = await send(browser, "/pages/topics/invitations/release")

    assert "Bente Holm: Forkert link 1 e-mail venter." in text(held)
    assert "En anden var hurtigere" in text(twice)
    assert "Bente Holm: Forkert link" in text(twice)
    assert "Holdes tilbage" not in text(released)


async def test_what_is_held_back_since_a_restore_says_so(
    browser: httpx.AsyncClient, service: Service, invited: Invited
) -> None:
    async with service.database.transaction() as conn:
        await storage.hold_back(conn, "sender-1", now=service.now, alive_since=service.now)

    page = await browser.get("/pages/emails/2")

    assert "Holdes tilbage indtil driften har afgjort, om den skal sendes" in text(page)
    assert "Næste forsøg" not in text(page)


def test_there_are_words_for_every_state_and_for_every_reason_to_leave_a_mail_as_it_is() -> None:
    assert set(wording.STATES) == set(get_args(State))
    assert set(WHY_LEFT) == set(get_args(Left))


def test_a_filter_stands_in_an_address_as_it_was_read() -> None:
    given = {"state": "failed", "kind": "update", "person": str(UUID(int=1)), "reply": "550 5.1.1", "who": "Anna"}

    read = Filter.read(given)

    assert read.query(after="x") == f"state=failed&kind=update&person={UUID(int=1)}&reply=550+5.1.1&after=x"
    assert read.selection().person_id == UUID(int=1)
