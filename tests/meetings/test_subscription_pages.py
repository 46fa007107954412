"""The page where somebody subscribes, as a browser, or a scanner of links, sees it."""

import re
from collections.abc import AsyncIterator
from html import unescape
from uuid import UUID

import httpx
import pytest

from shared.contracts.membership import Person, PersonUpdated
from shared.links import SubscriptionLinks
from tests.conftest import DatabaseOf
from tests.meetings.builders import ANSWER_SECRET, MEETINGS_URL
from tests.meetings.conftest import Service, web

ANNA, BO = UUID(int=2), UUID(int=3)
LINKS = SubscriptionLinks(ANSWER_SECRET)


@pytest.fixture
async def browser(service: Service, database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    async with web(await database("meetings"), service.clock) as client:
        del client.headers["Authorization"]
        yield client


def page_of(person: UUID) -> str:
    return f"/subscribe/{LINKS.token(person)}"


async def feed_in(browser: httpx.AsyncClient, page: str) -> str:
    """Return the address of the feed that a page shows, without what leads to the service."""
    found = re.findall(r'<input id="url" value="([^"]+)" readonly>', (await browser.get(page)).text)
    assert len(found) == 1
    return unescape(found[0]).removeprefix(MEETINGS_URL)


async def test_the_page_hands_the_readers_own_feed_to_their_program(browser: httpx.AsyncClient) -> None:
    page = unescape((await browser.get(page_of(ANNA))).text)

    feed = MEETINGS_URL + await feed_in(browser, page_of(ANNA))
    assert f'href="{feed.replace("https", "webcal")}"' in page
    assert page.count(f"url={feed.replace(':', '%3A').replace('/', '%2F')}&name=") == 2
    assert "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F" in page
    assert (await browser.get(feed.removeprefix(MEETINGS_URL))).status_code == 200
    assert feed != MEETINGS_URL + await feed_in(browser, page_of(BO))


async def test_the_page_speaks_the_readers_language_and_the_other(service: Service, browser: httpx.AsyncClient) -> None:
    danish = (await browser.get(page_of(ANNA))).text
    english = Person(id=ANNA, name="Anna", email="anna@koege.example", language="en")
    await service.hear(PersonUpdated(correlation_id="en", person=english, version=1))

    assert '<html lang="da">' in danish
    assert "Møderne i din kalender" in danish
    assert '<html lang="en">' in (await browser.get(page_of(ANNA))).text
    assert '<html lang="da">' in (await browser.get(page_of(ANNA) + "?language=da")).text
    assert "The meetings in your calendar" in (await browser.get("/subscribe/public?language=en")).text


async def test_only_a_post_replaces_the_address_and_the_old_one_ends_at_once(
    service: Service, browser: httpx.AsyncClient
) -> None:
    before = await feed_in(browser, page_of(ANNA))
    for method in ("GET", "HEAD"):
        for page in (page_of(ANNA), before, "/subscribe/public"):
            assert (await browser.request(method, page)).status_code == 200
    assert await feed_in(browser, page_of(ANNA)) == before

    replaced = await browser.post(page_of(ANNA) + "?language=en")
    after = await feed_in(browser, page_of(ANNA))

    assert (replaced.status_code, replaced.headers["location"]) == (303, "?language=en#address")
    assert after != before
    assert [(await browser.get(feed)).status_code for feed in (before, after)] == [410, 200]
    assert (await browser.get(await feed_in(browser, page_of(BO)))).status_code == 200


async def test_neither_another_sites_form_nor_a_link_that_is_not_ours_does_anything(
    service: Service, browser: httpx.AsyncClient
) -> None:
    foreign = await browser.post(page_of(ANNA), headers={"Sec-Fetch-Site": "cross-site"})
    forged = SubscriptionLinks("yet another secret of thirty-two characters").token(ANNA)
    unknown = [await browser.request(method, f"/subscribe/{forged}") for method in ("GET", "HEAD", "POST")]
    public = await browser.post("/subscribe/public")

    assert foreign.status_code == 403
    assert [page.status_code for page in unknown] == [404] * 3
    assert public.status_code == 404
    async with service.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM feed_addresses") == 0


async def test_the_page_tells_no_other_site_its_address_and_the_public_one_has_nothing_to_replace(
    browser: httpx.AsyncClient,
) -> None:
    private, public = await browser.get(page_of(ANNA)), await browser.get("/subscribe/public")

    assert private.headers["referrer-policy"] == "same-origin"
    assert private.headers["cache-control"] == "no-store"
    assert (await browser.get("/subscribe/style.css")).headers["content-type"] == "text/css; charset=utf-8"
    assert "<form" in private.text
    assert "<form" not in public.text
    assert "/calendar/public.ics" in public.text
