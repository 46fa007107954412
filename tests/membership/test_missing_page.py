"""The page of what is missing from complete lists, as a browser without scripts sees it."""

import re

import httpx

from tests.membership.conftest import Door
from tests.membership.test_pages import Browser, browser, outside
from tests.membership.test_snapshots import missing, send
from tests.support.builders import contact, joined

__all__ = ["browser", "outside"]


async def incomplete(door: Door) -> None:
    """Køge and Ringsted are members, and the list has Køge alone, without Bo."""
    await door.take(joined("koege", contact("anna"), contact("bo", role="deputy")), joined("ringsted"))
    await send(door, joined("koege", contact("anna")).at(90))


def shown(page: httpx.Response) -> list[str]:
    """Return the ids of what may be chosen: Bo, and Ringsted."""
    return re.findall(r'name="id" value="([0-9]+)"', page.text)


async def test_what_is_chosen_is_gone_from_the_day_that_is_given(browser: Browser, door: Door) -> None:
    await incomplete(door)
    page = await browser.get("/pages/missing")
    bo, _ = shown(page)

    after = await browser.post("/pages/missing", page, id=bo, what="remove", on="2026-03-01")

    assert "Det er noteret: 1." in after.text
    assert await missing(door) == [("ringsted", None)]
    assert [email for _, email, _ in await door.mandates()] == ["anna@koege.example"]


async def test_what_stays_stays_and_is_shown_no_more(browser: Browser, door: Door) -> None:
    await incomplete(door)
    page = await browser.get("/pages/missing")

    after = await browser.post("/pages/missing", page, id=shown(page), what="keep")

    assert "Intet venter på en afgørelse." in after.text
    assert len(await door.members()) == 2


async def test_what_is_left_out_of_the_form_is_asked_for_and_what_was_chosen_stays_chosen(
    browser: Browser, door: Door
) -> None:
    await incomplete(door)
    page = await browser.get("/pages/missing")

    nothing = await browser.post("/pages/missing", page, what="remove", on="2026-03-01")
    no_day = await browser.post("/pages/missing", page, id=shown(page)[0], what="remove", on="in March")

    assert (nothing.status_code, "Vælg mindst én." in nothing.text) == (422, True)
    assert (no_day.status_code, "Skriv den første dag uden" in no_day.text) == (422, True)
    assert 'aria-label="Vælg Bo" checked' in no_day.text
    assert len(await missing(door)) == 2


async def test_what_was_decided_meanwhile_is_said_and_changes_nothing(browser: Browser, door: Door) -> None:
    await incomplete(door)
    page = await browser.get("/pages/missing")
    await browser.post("/pages/missing", page, id=shown(page)[0], what="keep")

    again = await browser.post("/pages/missing", page, id=shown(page), what="remove", on="2026-03-01")

    assert (again.status_code, "afgjort i mellemtiden" in again.text) == (422, True)
    assert await missing(door) == [("ringsted", None)]


async def test_nobody_decides_without_signing_in(outside: Browser, door: Door) -> None:
    await incomplete(door)

    await outside.post("/pages/missing", id="1", what="keep")

    assert len(await missing(door)) == 2
