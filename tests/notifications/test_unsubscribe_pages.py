"""Unsubscribing without signing in: any number of looks changes nothing, one POST does."""

from collections.abc import AsyncIterator
from typing import cast
from urllib.parse import urljoin
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.notifications.links import Links, Unsubscribe
from services.notifications.unsubscribe_pages import unsubscribe_pages
from shared.contracts.notifications import MutableTopic
from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import LINKS, Invited, Service

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def browser(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(unsubscribe_pages(service.database, LINKS, service.clock))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://post.netvaerk.example"
    ) as client:
        yield client


def url(invited: Invited, topic: MutableTopic = "invitations") -> str:
    return LINKS.unsubscribe_url(Unsubscribe(invited.person_id, topic))


async def test_looking_changes_nothing(service: Service, invited: Invited, browser: httpx.AsyncClient) -> None:
    for _ in range(5):
        page = await browser.get(url(invited))
        head = await browser.head(url(invited))

    assert (page.status_code, head.status_code) == (200, 200)
    assert (await service.fates())[-1] == ("invitation", "queued")


async def test_one_click_mutes_and_says_what_is_still_sent(
    service: Service, invited: Invited, browser: httpx.AsyncClient
) -> None:
    answers = [await browser.post(url(invited), data=ONE_CLICK) for _ in range(3)]
    await service.hear(MeetingStory().issued(invited.person_id))

    assert [(answer.status_code, answer.headers.get("set-cookie")) for answer in answers] == [(200, None)] * 3
    assert "Du får ikke flere indkaldelser på mail" in answers[0].text
    assert all(still in answers[0].text for still in ("bliver ændret eller aflyst", "der er krise", "din plads"))
    assert "indkaldt til et nyt møde" not in answers[0].text
    assert (await service.fates())[1:] == [("invitation", "muted"), ("invitation", "muted")]
    assert f'href="../preferences/{LINKS.preferences_token(invited.person_id)}?language=da"' in answers[0].text


async def test_there_is_a_way_back(service: Service, invited: Invited, browser: httpx.AsyncClient) -> None:
    token = LINKS.unsubscribe_token(Unsubscribe(invited.person_id, "invitations"))
    muted = await browser.post(f"{url(invited)}?language=en")
    assert f'action="{token}/undo?language=en"' in muted.text

    undone = await browser.post(f"{url(invited)}/undo?language=en")
    page = await browser.get(urljoin(f"{url(invited)}/undo", undone.headers["location"]))

    assert undone.status_code == 303
    assert "You get invitations by e-mail again." in page.text
    assert 'action="?language=en"' in page.text
    assert (await service.fates())[-1] == ("invitation", "queued")


async def test_muting_is_for_one_person_alone(service: Service, invited: Invited, browser: httpx.AsyncClient) -> None:
    other = uuid4()
    await service.hear(person_updated(other, "bo@koege.example"))
    await browser.post(url(invited))

    await service.hear(invited.story.issued(other))

    assert (await service.fates())[-1] == ("invitation", "queued")


async def test_the_page_is_in_the_reader_s_own_language_unless_they_ask_for_the_other(
    service: Service, browser: httpx.AsyncClient
) -> None:
    person = uuid4()
    await service.hear(person_updated(person, language="en"))
    address = LINKS.unsubscribe_url(Unsubscribe(person, "reminders"))

    own, other = await browser.get(address), await browser.get(f"{address}?language=da")

    assert '<html lang="en">' in own.text
    assert '<html lang="da">' in other.text
    assert "du bliver indkaldt til et nyt møde" in other.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_is_not_ours_opens_nothing(invited: Invited, browser: httpx.AsyncClient, method: str) -> None:
    good = url(invited)
    forged = Links(
        "https://post.netvaerk.example",
        "yet another secret of thirty-two characters",
        meetings_url="https://post.netvaerk.example/meetings",
        answer_secret="another secret of thirty-two characters",
    )
    bad = [
        good[:-4],
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.replace("unsubscribe/", "unsubscribe/x"),
        LINKS.unsubscribe_url(Unsubscribe(invited.person_id, cast(MutableTopic, "changes"))),
        forged.unsubscribe_url(Unsubscribe(invited.person_id, "invitations")),
        "https://post.netvaerk.example/unsubscribe/æøå",
        "https://post.netvaerk.example/unsubscribe/AAAA",
    ]

    assert [(await browser.request(method, each)).status_code for each in bad] == [404] * len(bad)


async def test_pages_load_nothing_and_tell_no_other_site(invited: Invited, browser: httpx.AsyncClient) -> None:
    page = await browser.get(url(invited))

    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"


def test_a_token_names_nobody_and_is_the_same_every_time() -> None:
    person = uuid4()

    token = LINKS.unsubscribe_token(Unsubscribe(person, "invitations"))

    assert str(person) not in token
    assert token == LINKS.unsubscribe_token(Unsubscribe(person, "invitations"))
    assert LINKS.read_unsubscribe(token) == Unsubscribe(person, "invitations")
