"""The pages of the quarantine as a browser without scripts sees them."""

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from services.membership.app import build
from services.membership.settings import Settings
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING, Door, delivery
from tests.support.builders import contact, joined

TOKEN = "a-token-of-the-operator"
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,da;q=0.8"}


@dataclass
class Browser:
    """Follows links and sends forms as a reader does; `now` is the clock of the service."""

    client: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)
    now: datetime = field(default=EVENING)

    async def get(self, path: str, **sent: Any) -> httpx.Response:
        return await self.client.get(path, follow_redirects=True, **sent)

    async def post(self, path: str, page: httpx.Response | None = None, **fields: Any) -> httpx.Response:
        """Send a form, with what is hidden in the forms of a page."""
        token = re.search(r'name="form_token" value="([^"]+)"', page.text) if page else None
        sent = {**({"form_token": html.unescape(token[1])} if token else {}), **fields}
        return await self.client.post(path, data=sent, follow_redirects=True)

    async def sign_in(self, who: str = "Bente", **fields: Any) -> httpx.Response:
        return await self.post("/pages/sign-in", **{"who": who, "token": TOKEN, **fields})


@asynccontextmanager
async def web_part(database_url: str, browser: Browser) -> AsyncIterator[None]:
    """Run the web part of membership for a browser."""
    facts = {"database_url": database_url, "amqp_url": "amqp://127.0.0.1", "operator_token": TOKEN}
    app = build(Settings.model_validate(facts), ["web"], now=lambda: browser.now)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://membership") as browser.client,
    ):
        yield


@pytest.fixture
async def outside(database: DatabaseOf) -> AsyncIterator[Browser]:
    """A browser in which nobody has signed in."""
    browser = Browser()
    async with web_part((await database("membership")).runtime_url, browser):
        yield browser


@pytest.fixture
async def browser(outside: Browser) -> Browser:
    """A browser in which Bente has signed in."""
    await outside.sign_in()
    return outside


def text(page: httpx.Response) -> str:
    """Return what a page says, without its markup."""
    body = page.text.partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split()).replace(" ,", ",")


# -- signing in


async def test_who_has_not_signed_in_is_asked_to_and_comes_back_to_the_page(outside: Browser, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))

    asked = await outside.get("/pages/quarantine/1?x=1")
    [_, back] = re.findall(r'name="back" value="([^"]+)"', asked.text)
    page = await outside.sign_in(back=html.unescape(back))

    assert asked.url.path == "/pages/sign-in"
    assert str(page.url).endswith("/pages/quarantine/1?x=1")
    assert "Besked 1 fra register" in text(page)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"token": "wrong"}, "Det er ikke nøglen"),
        ({"who": " "}, "Skriv dit navn"),
        ({"who": "a\x07b"}, "Skriv dit navn"),
    ],
)
async def test_a_wrong_key_or_no_name_lets_nobody_in(outside: Browser, fields: dict[str, str], said: str) -> None:
    page = await outside.sign_in(**fields)

    assert page.status_code == 401
    assert said in text(page)
    assert (await outside.get("/pages/quarantine")).url.path == "/pages/sign-in"


async def test_keys_cannot_be_tried_out(outside: Browser) -> None:
    pages = [await outside.sign_in(token=f"guess-{number}") for number in range(30)]

    assert {page.status_code for page in pages} == {401, 429}
    assert {page.headers.get("Retry-After") for page in pages} == {None, "5"}


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "pages/../../x", "pages/\r\nx"])
async def test_signing_in_leads_nowhere_else(outside: Browser, back: str) -> None:
    page = await outside.sign_in(back=back)

    assert page.url.path == "/pages/quarantine"


async def test_the_cookie_is_for_our_pages_alone_and_ends_after_twelve_hours(outside: Browser) -> None:
    signed_in = await outside.client.post(
        "/pages/sign-in", data={"who": "Bente", "token": TOKEN}, headers={"X-Forwarded-Proto": "https"}
    )
    plain = await outside.client.post("/pages/sign-in", data={"who": "Bente", "token": TOKEN})
    outside.now += timedelta(hours=11, minutes=59)
    within = await outside.get("/pages/quarantine")
    outside.now += timedelta(minutes=1)
    after = await outside.get("/pages/quarantine")

    written = signed_in.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=strict", "Secure", "Max-Age=43200", "Path=/"} <= set(written.split("; "))
    assert "Secure" not in plain.headers["Set-Cookie"]
    assert (within.url.path, after.url.path) == ("/pages/quarantine", "/pages/sign-in")


@pytest.mark.parametrize(
    "change",
    [
        lambda cookie: "A" + cookie[1:] if cookie[0] != "A" else "B" + cookie[1:],
        lambda cookie: cookie[:-4],
        lambda cookie: "",
        lambda cookie: "æ",
    ],
)
async def test_a_cookie_that_we_did_not_write_is_none(browser: Browser, change: Callable[[str], str]) -> None:
    cookie = browser.client.cookies["session"]
    browser.client.cookies.clear()

    page = await browser.get("/pages/quarantine", headers={"Cookie": f"session={change(cookie)}".encode()})

    assert page.url.path == "/pages/sign-in"


async def test_who_signs_out_is_out(browser: Browser) -> None:
    page = await browser.get("/pages/quarantine")

    await browser.post("/pages/sign-out", page)

    assert (await browser.get("/pages/quarantine")).url.path == "/pages/sign-in"


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}],
)
async def test_a_form_on_another_site_changes_nothing(browser: Browser, door: Door, headers: dict[str, str]) -> None:
    await door.take(joined("koege", kind="guild"))
    page = await browser.get("/pages/quarantine/1")
    browser.client.headers.update(headers)

    answer = await browser.post("/pages/quarantine/1/dismiss", page, why="Fordi")

    assert answer.status_code == 403
    assert (await browser.get("/quarantine/1", headers={"Authorization": f"Bearer {TOKEN}"})).json()["state"] == "held"


async def test_a_form_without_the_sessions_own_token_changes_nothing(browser: Browser, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))

    answers = [
        await browser.post(path, form_token="guessed", why="Fordi", what="dismiss", which="all")
        for path in ("/pages/quarantine/1/dismiss", "/pages/quarantine/acts", "/pages/sign-out")
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert "Holdt tilbage" in text(await browser.get("/pages/quarantine/1"))


async def test_every_page_loads_nothing_from_elsewhere_and_is_kept_nowhere(browser: Browser, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))

    for path in ("/pages/sign-in", "/pages/quarantine", "/pages/quarantine/1", "/pages/quarantine/1/edit", "/pages/x"):
        page = await browser.get(path)
        policy = page.headers["Content-Security-Policy"] if page.status_code == 200 else "default-src 'none'"
        assert policy.startswith("default-src 'none'")
        assert "<script" not in page.text


# -- languages


async def test_a_page_is_in_danish_unless_the_browser_prefers_english(browser: Browser) -> None:
    danish, english = await browser.get("/pages/quarantine"), await browser.get("/pages/quarantine", headers=ENGLISH)
    neither = await browser.get("/pages/quarantine", headers={"Accept-Language": "de, fr;q=0.5, *;q=0.1"})

    assert ('<html lang="da">' in danish.text, "Karantæne" in text(danish)) == (True, True)
    assert ('<html lang="en">' in english.text, "Quarantine" in text(english)) == (True, True)
    assert '<html lang="da">' in neither.text


async def test_the_language_that_was_chosen_stays(browser: Browser) -> None:
    page = await browser.post("/pages/language", language="en", back="pages/quarantine?state=held")

    assert (page.url.path, page.url.query) == ("/pages/quarantine", b"state=held")
    assert '<html lang="en">' in (await browser.get("/pages/quarantine")).text


# -- many messages


async def test_messages_are_found_by_state_system_fault_and_age(browser: Browser, door: Door) -> None:
    await door.take(joined("a", kind="guild"), joined("b", contact("anna", email="anna")))
    browser.now += timedelta(hours=2)
    await door.take_raw(delivery(joined("c"), browser.now, routing_key="erp.x"))

    async def found(query: str) -> list[str]:
        page = await browser.get(f"/pages/quarantine?{query}")
        return re.findall(r'name="id" value="(\d+)"', page.text)

    assert await found("") == ["1", "2", "3"]
    assert await found("system=erp") == ["3"]
    assert await found("fault=email+data.contacts%5B%5D.email") == ["2"]
    assert await found("age=1h") == ["1", "2"]
    assert await found("state=dismissed") == []
    assert await found("state=gone&age=never&page=-1") == ["1", "2", "3"]
    assert await found("system=%00") == []
    assert await found("page=7") == []


async def test_the_list_says_why_the_messages_are_here(browser: Browser, door: Door) -> None:
    await door.take(joined("a", kind="guild"), joined("b", kind="guild"))

    page = await browser.get("/pages/quarantine")

    assert "2 register: data.organisation.kind er ikke en slags organisation, vi kender" in text(page)
    assert "fault=unknown_kind+data.organisation.kind" in page.text


async def test_chosen_messages_are_tried_again(browser: Browser, door: Door) -> None:
    await door.take(joined("a", kind="guild"), joined("b", kind="league"))
    async with door.database.connection() as conn:
        await conn.execute("INSERT INTO organisation_kinds (kind) VALUES ('guild')")
    page = await browser.get("/pages/quarantine")

    result = await browser.post("/pages/quarantine/acts", page, what="replay", which="chosen", id=["1", "2"])

    assert "1 taget ind. 1 kunne stadig ikke tages ind." in text(result)
    assert "Besked 2 data.organisation.kind er ikke en slags organisation, vi kender" in text(result)


async def test_all_that_match_are_dismissed(browser: Browser, door: Door) -> None:
    await door.take(*(joined(f"by-{number}", kind="guild") for number in range(60)), joined("koege", kind="league"))
    page = await browser.get("/pages/quarantine")

    result = await browser.post(
        "/pages/quarantine/acts", page, what="dismiss", which="all", why="Findes ikke", state="held"
    )

    assert "61 henlagt." in text(result)
    assert "61 beskeder, side 1 af 2" in text(await browser.get("/pages/quarantine?state=dismissed"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"what": "replay", "which": "chosen"}, "Vælg mindst én besked"),
        ({"what": "dismiss", "which": "chosen", "id": "1", "why": " "}, "Skriv, hvorfor de henlægges"),
    ],
)
async def test_what_is_missing_for_an_act_is_said_and_nothing_is_lost(
    browser: Browser, door: Door, fields: dict[str, str], said: str
) -> None:
    await door.take(joined("a", kind="guild"))
    page = await browser.get("/pages/quarantine")

    again = await browser.post("/pages/quarantine/acts", page, **fields)

    assert again.status_code == 422
    assert said in text(again)
    assert ("checked" in again.text.partition('value="1"')[2].partition(">")[0]) == ("id" in fields)


# -- one message


async def test_each_fault_is_shown_at_its_place(browser: Browser, door: Door) -> None:
    message = joined("koege", contact("anna", email="anna"), contact("bo"))
    headers = {name: value for name, value in message.headers.items() if name != "ce-time"}
    await door.take_raw(delivery(message, EVENING, headers=headers))

    page = await browser.get("/pages/quarantine/1")

    assert re.search(r"<mark>\s*&#34;email&#34;: &#34;anna&#34;,?</mark>", page.text)
    assert "time (intet) mangler. Rigtigt: et tidspunkt som 2026-01-31T09:30:00Z" in text(page)
    assert "data.contacts[0].email er ikke en e-mailadresse" in text(page)
    assert page.text.count('id="fault-') == 2


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe<script>alert(1)</script>", b'{"since": "</textarea><script>"}', "\u202e<b>".encode(), b"\x00\x07", b""],
)
@pytest.mark.parametrize("headers", [{}, {"ce-id": "<script>", "x\u202e": {"deep": ["<b>", None, 1.5]}}])
async def test_whatever_came_is_shown_and_can_do_nothing(
    browser: Browser, door: Door, body: bytes, headers: dict[str, Any]
) -> None:
    sent = delivery(joined("koege"), EVENING, body=body, headers=headers, content_type="<i>")
    await door.take_raw(sent)

    pages = [
        await browser.get(path) for path in ("/pages/quarantine", "/pages/quarantine/1", "/pages/quarantine/1/edit")
    ]

    assert [page.status_code for page in pages] == [200] * 3
    for page in pages:
        assert not re.search(r"<script|<b></b>|</textarea>.*</textarea>|<i>", page.text)
        assert not re.search("[\u202e\x00\x07]", page.text)


async def test_a_message_is_edited_and_taken_in(browser: Browser, door: Door) -> None:
    message = joined("koege", kind="guild")
    await door.take(message)
    page = await browser.get("/pages/quarantine/1/edit")
    written = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    assert written
    mended = html.unescape(written[1]).replace("guild", "association")

    result = await browser.post("/pages/quarantine/1/edit", page, data=mended, what="replay")

    assert "Taget ind. Systemet får svar." in text(result)
    assert "Rettet her 2. marts 2026 kl. 21.00, Bente" in text(result)
    assert await door.members() == {"Koege Handelsstandsforening"}


async def test_a_name_of_a_complete_list_that_is_wrong_is_edited_too(browser: Browser, door: Door) -> None:
    message = joined("koege")
    await door.take_raw(delivery(message, EVENING, headers={**message.headers, "ce-snapshot": "a\tb"}))
    page = await browser.get("/pages/quarantine/1/edit")

    result = await browser.post(
        "/pages/quarantine/1/edit", page, data=message.body.decode(), snapshot="a b", what="replay"
    )

    assert (page.status_code, "Samlet liste" in page.text) == (200, True)
    assert "Taget ind. Systemet får svar." in text(result)


async def test_an_edit_that_is_kept_is_not_taken_in_yet(browser: Browser, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))
    page = await browser.get("/pages/quarantine/1/edit")

    result = await browser.post(
        "/pages/quarantine/1/edit", page, data='{"organisation": {}, "since": "i går", "contacts": []}', what="keep"
    )

    assert "Rettelsen er gemt. Der er stadig noget galt." in text(result)
    assert "data.since er ikke en dato" in text(result)
    assert await door.members() == set()


async def test_an_edit_that_is_no_json_is_shown_again_with_what_is_wrong(browser: Browser, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))
    page = await browser.get("/pages/quarantine/1/edit")

    again = await browser.post("/pages/quarantine/1/edit", page, data='{"since": }', what="replay")

    assert again.status_code == 422
    assert "data er ikke JSON: linje 1, tegn 11" in text(again)
    assert "{&#34;since&#34;: }</textarea>" in again.text


async def test_what_is_missing_is_proposed(browser: Browser, door: Door) -> None:
    message = joined("koege")
    await door.take_raw(delivery(message, EVENING, headers={"ce-specversion": "1.0", "ce-type": message.type}))
    page = await browser.get("/pages/quarantine/1/edit")
    proposed = {
        name: html.unescape(value) for name, value in re.findall(r'<input id="(\w+)"[^>]* value="([^"]*)"', page.text)
    }

    assert proposed == {"source": "/register", "id": "quarantine-1", "time": "2026-03-02T20:00:00+00:00"}
    await browser.post("/pages/quarantine/1/edit", page, data=message.body.decode(), what="replay", **proposed)

    assert await door.members() == {"Koege Handelsstandsforening"}


async def test_a_message_is_tried_again_as_it_is(browser: Browser, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))
    page = await browser.get("/pages/quarantine/1")

    first = await browser.post("/pages/quarantine/1/replay", page)
    async with door.database.connection() as conn:
        await conn.execute("INSERT INTO organisation_kinds (kind) VALUES ('guild')")
    second = await browser.post("/pages/quarantine/1/replay", page)
    third = await browser.post("/pages/quarantine/1/replay", page)

    assert "Kunne stadig ikke tages ind. Se nedenfor" in text(first)
    assert "Taget ind. Systemet får svar." in text(second)
    assert "Den er der allerede taget stilling til." in text(third)


async def test_a_message_is_dismissed_with_a_reason(browser: Browser, door: Door) -> None:
    await door.take(joined("koege", kind="guild"))
    page = await browser.get("/pages/quarantine/1")

    without = await browser.post("/pages/quarantine/1/dismiss", page, why="")
    result = await browser.post("/pages/quarantine/1/dismiss", page, why="Findes <ikke> mere")

    assert (without.status_code, "Skriv hvorfor" in text(without)) == (422, True)
    assert "Findes <ikke> mere" in text(result)
    assert "Ret beskeden" not in text(result)


@pytest.mark.parametrize("path", ["/pages/quarantine/7", "/pages/quarantine/0", f"/pages/quarantine/{2**63}/edit"])
async def test_a_message_that_is_not_there_is_a_page_that_says_so(browser: Browser, path: str) -> None:
    page = await browser.get(path)

    assert page.status_code == 404
    assert "Den side findes ikke" in text(page)


async def test_a_long_message_is_shown_around_what_is_wrong(browser: Browser, door: Door) -> None:
    contacts = [contact(f"k{number}") for number in range(90)]
    contacts[60]["email"] = "anna"
    await door.take(joined("koege", *contacts))

    page = await browser.get("/pages/quarantine/1")

    assert text(page).count("linjer, hvor intet er galt") == 2
    assert '"email": "anna"' in text(page)


async def test_without_the_database_a_page_says_so(outside: Browser) -> None:
    async with web_part("postgresql://nobody@127.0.0.1:1/nowhere", outside):
        await outside.sign_in()

        page = await outside.get("/pages/quarantine")

    assert page.status_code == 503
    assert "Databasen svarer ikke" in text(page)
