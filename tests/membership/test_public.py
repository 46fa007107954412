"""What everybody may read of the open event door, without a sign-in, and without asking again for what is known."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from docs.generate.messages import answers, reports
from services.membership.public import public
from shared.web.pace import Pace
from shared.web.problems import answer_with_problems

ROOT = "https://handelsbyer.example/upstream/"
EVERYTHING = ["", "asyncapi.json", *(f"schemas/{message.type}.json" for message in (*reports(), *answers()))]


@asynccontextmanager
async def reading(pace: Pace) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    answer_with_problems(app)
    app.include_router(public(pace))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ROOT) as client:
        yield client


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with reading(Pace(0, at_once=100)) as client:
        yield client


async def test_the_page_says_what_the_door_is_in_both_languages_and_leads_to_everything(
    browser: httpx.AsyncClient,
) -> None:
    page = (await browser.get("")).text

    assert "Den åbne dør for andre systemer" in page
    assert page.index('<html lang="da">') < page.index('<section lang="en">')
    links = re.findall(r'href="(.+?)"', page)
    assert set(links) == set(EVERYTHING) - {""}
    assert {(await browser.get(link)).status_code for link in links} == {200}


@pytest.mark.parametrize("path", EVERYTHING)
async def test_who_has_read_it_is_told_that_it_has_not_changed(browser: httpx.AsyncClient, path: str) -> None:
    first = await browser.get(path)

    again = await browser.get(path, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    other = await browser.get(path, headers={"If-None-Match": '"other"'})

    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("path", EVERYTHING)
async def test_a_look_at_the_head_alone_tells_the_same(browser: httpx.AsyncClient, path: str) -> None:
    whole, head = await browser.get(path), await browser.head(path)

    assert head.status_code == 200
    assert head.headers == whole.headers


async def test_a_schema_is_the_agreed_one_and_identifies_itself(browser: httpx.AsyncClient) -> None:
    for message in (*reports(), *answers()):
        answer = await browser.get(f"schemas/{message.type}.json")

        assert answer.headers["Content-Type"] == "application/schema+json"
        assert answer.content == message.golden.read_bytes()
        assert answer.json()["$id"] == f"urn:handelsbyer:{message.type}"


@pytest.mark.parametrize(
    "path",
    ["schemas/membership.person_updated.v1.json", "schemas/%2e%2e/settings.py", "schemas/", "index.html"],
)
async def test_nothing_else_is_to_be_had(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert (answer.status_code, answer.json()["title"]) == (404, "not_found")


async def test_nothing_can_be_changed_there(browser: httpx.AsyncClient) -> None:
    assert {(await browser.request(method, "asyncapi.json")).status_code for method in ("PUT", "POST", "DELETE")} == {
        405
    }


async def test_who_asks_all_the_time_is_told_to_come_back() -> None:
    async with reading(Pace(0, at_once=1)) as browser:
        read, refused = await browser.get("asyncapi.json"), await browser.get("asyncapi.json")

    assert (read.status_code, refused.status_code) == (200, 429)
    assert (refused.json()["title"], refused.headers["Retry-After"]) == ("too_often", "5")


async def test_the_page_loads_nothing_from_anywhere(browser: httpx.AsyncClient) -> None:
    page = await browser.get("")

    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not re.search(r"<(script|link|img|iframe)\b|url\(", page.text)


def test_caddy_shows_the_world_no_more_of_membership_than_this() -> None:
    caddyfile = (Path(__file__).parents[2] / "deploy" / "caddy" / "Caddyfile").read_text()
    world = caddyfile.split("{$PUBLIC_HOST}")[1].split("http://:8400")[0]

    assert re.findall(r"handle (\S+) \{[^}]*max_size 6MB\n\t\t\}\n\t\treverse_proxy membership:8000", world) == [
        "/upstream/*"
    ]
    assert world.count("membership:8000") == 1
