"""The mailbox: finding an e-mail, and looking at it safely."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from deploy.local.mailbox.emails import Identity, read_email, read_identity
from deploy.local.mailbox.pages import mailbox_app
from services.notifications.domain import Email, Kind, Language
from tests.notifications.samples import octets, sample

UID = "5f0c7a52-6f0d-4c56-9c39-6a3b4f1d2e90@moeder.example"


def arrive(folder: Path, kind: Kind, language: Language = "da", *, name: str = "Anna Ærø", thread: str = "") -> str:
    """Lay an e-mail of notifications into the folder; returns the name under which the page knows it."""
    email: Email = sample(kind, language, params={"name": name, **({"in_reply_to": thread} if thread else {})})
    number = len(list(folder.iterdir()))
    email = replace(email, message_id=f"<{kind}.{number}@mail.netvaerk.example>")
    path = folder / f"{number:04}.eml"
    path.write_bytes(octets(email))
    return path.stem


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is at the page over the test's folder."""
    transport = httpx.ASGITransport(mailbox_app(tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        yield browser


async def test_e_mails_are_found_by_kind_and_by_reader(page: httpx.AsyncClient, tmp_path: Path) -> None:
    arrive(tmp_path, "welcome", name="Anna Ærø")
    arrive(tmp_path, "invitation", name="Anna Ærø")
    arrive(tmp_path, "invitation", name="Bo Bæk")

    everything = (await page.get("/")).text
    found = (await page.get("/", params={"q": "ÆRØ", "kind": "invitation"})).text

    assert len(re.findall('href="/emails/', everything)) == 3
    assert re.findall('href="/emails/(.*?)"', found) == ["0001"]


async def test_a_town_is_found_however_its_name_is_spelt(page: httpx.AsyncClient, tmp_path: Path) -> None:
    arrive(tmp_path, "welcome")

    found = (await page.get("/", params={"q": "Køge"})).text

    assert 'href="/emails/0000"' in found


async def test_a_long_list_comes_in_pages_with_the_newest_first(page: httpx.AsyncClient, tmp_path: Path) -> None:
    for _ in range(51):
        arrive(tmp_path, "welcome")

    first, second = [
        re.findall('href="/emails/(.*?)"', (await page.get("/", params={"page": number})).text) for number in (1, 2)
    ]

    assert (first[0], len(first), second) == ("0050", 50, ["0000"])


async def test_an_e_mail_is_shown_with_its_headers_and_its_calendar_explained(
    page: httpx.AsyncClient, tmp_path: Path
) -> None:
    name = arrive(tmp_path, "invitation")

    shown = (await page.get(f"/emails/{name}")).text

    assert "torsdag 22. oktober 2026 kl. 9.30" in shown
    assert "Thursday 22 October 2026 at 9:30" in shown
    assert "REQUEST" in shown
    assert UID in shown
    assert "List-Unsubscribe" in shown


async def test_what_one_reader_got_about_one_meeting_stands_together(page: httpx.AsyncClient, tmp_path: Path) -> None:
    arrive(tmp_path, "invitation")
    update = arrive(tmp_path, "update", thread="<invitation.0@mail.netvaerk.example>")
    arrive(tmp_path, "invitation")

    shown = (await page.get(f"/emails/{update}")).text

    assert re.findall('href="/emails/([0-9]+)"', shown) == ["0000"]


async def test_nothing_in_a_mail_can_run_or_reach_anything(page: httpx.AsyncClient, tmp_path: Path) -> None:
    name = arrive(tmp_path, "invitation")

    around, body = await page.get(f"/emails/{name}"), await page.get(f"/emails/{name}/html")

    assert re.findall('sandbox="([^"]*)"', around.text) == [
        "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    ]
    policy = body.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


async def test_what_a_mail_calls_its_reader_does_not_become_markup(page: httpx.AsyncClient, tmp_path: Path) -> None:
    name = arrive(tmp_path, "welcome", name="<script>alert(1)</script>")

    pages = [await page.get(path) for path in ("/", f"/emails/{name}", f"/emails/{name}/html")]

    assert all("<script>alert" not in shown.text for shown in pages)


@pytest.mark.parametrize(
    "path", ["/emails/9999", "/emails/..%2F..%2Fetc%2Fpasswd", "/emails/9999/html", "/emails/9999/source"]
)
async def test_what_is_not_an_e_mail_of_the_folder_is_not_found(page: httpx.AsyncClient, path: str) -> None:
    assert (await page.get(path)).status_code == 404


async def test_a_page_elsewhere_cannot_read_the_mailbox_under_a_name_of_its_own(page: httpx.AsyncClient) -> None:
    assert (await page.get("/", headers={"Host": "elsewhere.example"})).status_code == 400


async def test_an_e_mail_can_be_taken_along_as_it_came(page: httpx.AsyncClient, tmp_path: Path) -> None:
    name = arrive(tmp_path, "welcome")

    taken = await page.get(f"/emails/{name}/source")

    assert taken.content == (tmp_path / f"{name}.eml").read_bytes()


def test_an_e_mail_is_told_from_others_by_reader_kind_uid_and_sequence(tmp_path: Path) -> None:
    arrive(tmp_path, "welcome")
    arrive(tmp_path, "cancellation")

    welcome, cancellation = [read_identity(tmp_path / f"000{number}.eml") for number in (0, 1)]

    assert welcome == Identity("anna@koege.example", "welcome", None, None)
    assert cancellation == Identity("anna@koege.example", "cancellation", UID, 3)


def test_both_bodies_of_an_e_mail_are_read(tmp_path: Path) -> None:
    arrive(tmp_path, "welcome", "en")

    email = read_email(tmp_path / "0000.eml")

    assert "Dear Anna Ærø" in email.text
    assert "Dear Anna Ærø" in email.html
