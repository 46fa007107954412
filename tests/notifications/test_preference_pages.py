"""A person chooses what to get and in which language, without signing in: looking changes nothing, sending does."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.notifications.domain import CRITICAL_TOPICS
from services.notifications.links import Links, Unsubscribe
from services.notifications.preference_pages import preference_pages
from services.notifications.topics import TOPIC_NAMES
from services.notifications.unsubscribe_pages import unsubscribe_pages
from shared.web.problems import answer_with_problems
from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import LINKS, Invited, Service

NO_NEWS = {"topic": ["invitations", "reminders", "minutes", "digest"], "language": "en"}


@pytest.fixture
async def browser(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    answer_with_problems(app)
    app.include_router(unsubscribe_pages(service.database, LINKS, service.clock))
    app.include_router(preference_pages(service.database, LINKS, service.clock))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://post.netvaerk.example") as client:
        yield client


async def said(service: Service) -> list[dict[str, Any]]:
    """Return what was said of choices, in order."""
    async with service.database.connection() as conn:
        return [json.loads(row["body"]) for row in await conn.fetch("SELECT body FROM outbox ORDER BY seq")]


async def test_looking_changes_nothing_and_shows_what_can_be_chosen_and_what_cannot_and_why(
    service: Service, invited: Invited, browser: httpx.AsyncClient
) -> None:
    url = LINKS.preferences_url(invited.person_id)

    for _ in range(5):
        page, head = await browser.get(url), await browser.head(url)

    assert (page.status_code, head.status_code) == (200, 200)
    assert "Valgene gælder Anna Sørensen." in page.text
    assert page.text.count(' checked><label for="') == 6
    assert page.text.count("Dem sender vi ikke endnu.") == 1
    assert all(f"<dt>{TOPIC_NAMES['da'][topic].capitalize()}</dt>" in page.text for topic in CRITICAL_TOPICS)
    assert not any(f'value="{topic}"' in page.text for topic in CRITICAL_TOPICS)
    assert await said(service) == []


async def test_what_is_chosen_holds_is_shown_and_is_said_once(
    service: Service, invited: Invited, browser: httpx.AsyncClient
) -> None:
    url = LINKS.preferences_url(invited.person_id)

    answers = [await browser.post(url, data=NO_NEWS) for _ in range(3)]
    page = await browser.get(f"{url}?saved=yes")
    await service.hear(person_updated(invited.person_id, language="da", version=2))
    await service.hear(MeetingStory().issued(invited.person_id))

    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, "?saved=yes#saved")] * 3
    assert '<html lang="en">' in page.text
    assert 'id="news" name="topic" value="news" aria-describedby="later-hint">' in page.text
    assert (await service.emails())[-1]["language"] == "en"
    (event,) = await said(service)
    assert (event["person_id"], event["language"], event["muted"], event["version"]) == (
        str(invited.person_id),
        "en",
        ["news"],
        1,
    )


async def test_muting_on_either_page_shows_on_the_other_and_is_said_with_all_that_is_chosen(
    service: Service, invited: Invited, browser: httpx.AsyncClient
) -> None:
    await browser.post(LINKS.preferences_url(invited.person_id), data=NO_NEWS)

    for _ in range(3):
        await browser.post(LINKS.unsubscribe_url(Unsubscribe(invited.person_id, "invitations")))
    page = (await browser.get(LINKS.preferences_url(invited.person_id))).text
    muted = await service.fates()
    await browser.post(LINKS.preferences_url(invited.person_id), data={**NO_NEWS, "language": "da"})

    assert 'value="invitations" aria-describedby="invitations-hint">' in page
    assert [(event["muted"], event["language"], event["version"]) for event in await said(service)] == [
        (["news"], "en", 1),
        (["invitations", "news"], "en", 2),
        (["news"], "da", 3),
    ]
    assert (muted[-1], (await service.fates())[-1]) == (("invitation", "muted"), ("invitation", "queued"))


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [({}, "choose a language"), ({**NO_NEWS, "topic": ["crisis"]}, "there are these to choose from")],
    ids=["no form of ours", "a topic that cannot be muted"],
)
async def test_what_our_form_does_not_send_is_refused(
    service: Service, invited: Invited, browser: httpx.AsyncClient, sent: dict[str, Any], wrong: str
) -> None:
    answer = await browser.post(LINKS.preferences_url(invited.person_id), data=sent)

    assert answer.status_code == 422
    assert wrong in answer.text
    assert await said(service) == []


async def test_a_form_on_another_site_is_refused(
    service: Service, invited: Invited, browser: httpx.AsyncClient
) -> None:
    foreign = {"Origin": "https://elsewhere.example"}

    answer = await browser.post(LINKS.preferences_url(invited.person_id), data=NO_NEWS, headers=foreign)

    assert answer.status_code == 403
    assert await said(service) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_is_good_for_its_person_and_this_page_alone(
    service: Service, invited: Invited, browser: httpx.AsyncClient, method: str
) -> None:
    good = LINKS.preferences_url(invited.person_id)
    forged = Links(
        "https://post.netvaerk.example",
        "yet another secret of thirty-two characters",
        meetings_url="https://post.netvaerk.example/meetings",
        answer_secret="another secret of thirty-two characters",
    )
    muting = LINKS.unsubscribe_token(Unsubscribe(invited.person_id, "invitations"))
    bad = [
        good[:-4],
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        forged.preferences_url(invited.person_id),
        f"https://post.netvaerk.example/preferences/{muting}",
        f"https://post.netvaerk.example/unsubscribe/{LINKS.preferences_token(invited.person_id)}",
        "https://post.netvaerk.example/preferences/æøå",
    ]

    statuses = [(await browser.request(method, each, params={"language": "en"})).status_code for each in bad]

    assert statuses == [404] * len(bad)
    assert await said(service) == []


async def test_who_is_not_known_may_choose_too_and_it_holds_once_they_are(
    service: Service, browser: httpx.AsyncClient
) -> None:
    person = uuid4()

    await browser.post(LINKS.preferences_url(person), data=NO_NEWS)
    await service.hear(person_updated(person, language="da"))

    assert '<html lang="en">' in (await browser.get(LINKS.preferences_url(person))).text
