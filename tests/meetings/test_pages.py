"""The secretariat's pages as a browser without scripts sees them."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.meetings.domain import Meeting
from services.meetings.pages.refusals import REFUSALS
from shared.contracts import meetings as contract
from shared.errors import Refused
from tests.conftest import DatabaseOf
from tests.meetings.builders import joined, person_updated, series, started
from tests.meetings.conftest import TOKEN, Service, web
from tests.meetings.test_answer_pages import rows

KOEGE, ANNA, RIBE, BO, VARDE = (UUID(int=number) for number in range(1, 6))
DAY = timedelta(days=1)
NEW = {
    "title": "Netværksmøde",
    "kind": "nth_weekday",
    "weekday": "thursday",
    "nth": "2",
    "months": [str(month) for month in range(1, 13)],
    "starts_at": "09:30",
    "minutes": "60",
    "from": "2026-03-02",
    "mode": "online",
    "link": "https://meet.example/network",
    "horizon_days": "30",
    "reminders": ["7 days"],
}


@pytest.fixture
async def outside(service: Service, database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody has signed in."""
    async with web(await database("meetings"), service.clock) as client:
        del client.headers["Authorization"]
        client.follow_redirects = True
        yield client


@pytest.fixture
async def browser(outside: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser in which Bente has signed in."""
    await outside.post("/pages/sign-in", data={"who": "Bente", "token": TOKEN})
    return outside


@pytest.fixture
async def meeting(service: Service) -> Meeting:
    """The first of the meetings of a hybrid series, that Anna is asked to."""
    await service.hear(joined(KOEGE), started(ANNA, KOEGE, ANNA), person_updated(ANNA, "Anna <Ærø>"))
    planned, *_ = await service.create(series(mode="hybrid", place="Rådhuset", title="Kvartalsmøde"))
    await service.plan()
    await service.said()
    return planned


async def send(browser: httpx.AsyncClient, page: str, act: str, **fields: Any) -> httpx.Response:
    """Send one of the forms of a page, with what is hidden in it and with what stands in its fields."""
    sent = {**stands((await browser.get(page)).text, act), **fields}
    return await browser.post(page if page.endswith(act) else f"{page}/{act}", data=sent)


def stands(shown: str, act: str) -> dict[str, str]:
    """Return what stands in the fields of one of the forms of a page, and is hidden in it."""
    token = re.search(r'name="form_token" value="([^"]+)"', shown)
    assert token
    form = re.search(rf'<form[^>]*action="[^"]*/{act}".*?</form>', shown, re.DOTALL)
    kinds = "date|time|number|text|url|datetime-local|hidden"
    fields = re.findall(rf'<input type="(?:{kinds})"[^>]*name="(\w+)" value="([^"]*)"', form[0]) if form else []
    return {name: html.unescape(value) for name, value in [*fields, ("form_token", token[1])]}


async def kept(service: Service) -> Meeting:
    return (await service.meetings())[0]


async def test_whoever_has_not_signed_in_is_asked_to_and_comes_back(
    outside: httpx.AsyncClient, meeting: Meeting
) -> None:
    asked = await outside.get(f"/pages/meetings/{meeting.id}")
    signed_in = await outside.post(
        "/pages/sign-in", data={"who": "Bente", "token": TOKEN, "back": f"pages/meetings/{meeting.id}"}
    )

    assert asked.url.path == "/pages/sign-in"
    assert "Kvartalsmøde" not in asked.text
    assert signed_in.url.path == f"/pages/meetings/{meeting.id}"
    assert "Anna &lt;Ærø&gt;" in signed_in.text


async def test_looking_changes_nothing(service: Service, browser: httpx.AsyncClient, meeting: Meeting) -> None:
    before = await rows(service)
    one_series, one_meeting = f"/pages/series/{meeting.series_id}", f"/pages/meetings/{meeting.id}"

    pages = [
        await browser.get(path)
        for path in ("/pages", "/pages/series", "/pages/series/new", "/pages/absent", one_series, one_meeting)
    ]
    years = [await browser.get(f"/pages/year?from={month}") for month in ("2026-03", "2000-01", "2199-12", "never")]
    unknown = [await browser.get(f"/pages/{kind}/{uuid4()}") for kind in ("series", "meetings")]

    assert {page.status_code for page in [*pages, *years]} == {200}
    assert {page.status_code for page in unknown} == {404}
    assert await rows(service) == before


async def test_the_year_shows_each_meeting_with_its_answers_so_far(
    browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    await send(
        browser, f"/pages/meetings/{meeting.id}", "answer", person_id=ANNA, answer="accepted", attendance="online"
    )

    year = (await browser.get("/pages/year")).text
    before = (await browser.get("/pages/year?from=2025-01")).text
    months = re.findall(r'<h2 id="month-\d+">(.*?)</h2>', year)
    assert (len(months), months[0], months[-1]) == (12, "marts 2026", "februar 2027")
    assert year.count("Kvartalsmøde</a>") == 1 + 12
    assert "1 af 1 kommer" in year
    assert "Kvartalsmøde" not in before


async def test_a_series_is_planned_once_its_preview_was_seen(service: Service, browser: httpx.AsyncClient) -> None:
    preview = await send(browser, "/pages/series/new", "new", **NEW, what="preview")
    planned_before = await service.meetings()
    planned = await send(browser, "/pages/series/new", "new", **NEW, what="plan", preview=_preview(preview))

    assert (preview.status_code, planned_before) == (200, [])
    assert "torsdag 21. maj 2026" in preview.text
    assert "Kristi himmelfartsdag" in preview.text
    assert "Møderækken er planlagt." in planned.text
    assert len(await service.meetings()) == 12


async def test_a_form_that_is_sent_twice_plans_one_series(service: Service, browser: httpx.AsyncClient) -> None:
    seen = _preview(await send(browser, "/pages/series/new", "new", **NEW, what="preview"))

    first, again, changed = [
        await send(browser, "/pages/series/new", "new", **{**NEW, "title": title}, what="plan", preview=seen)
        for title in ("Netværksmøde", "Netværksmøde", "Styregruppen")
    ]

    assert (first.status_code, again.url) == (200, first.url)
    assert changed.url != first.url
    assert len(await service.meetings()) == 2 * 12


def _preview(page: httpx.Response) -> str:
    found = re.search(r'name="preview" value="([\w-]+)"', page.text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"title": ""}, "title", "Skriv en titel"),
        ({"months": []}, "months", "Vælg mindst én måned."),
        ({"nth": "7"}, "nth", "Vælg, hvilken i måneden."),
        ({"kind": "single", "day": "i morgen"}, "day", "Vælg en dag."),
        ({"kind": "never"}, "kind", "Vælg, hvornår rækken mødes."),
        ({"kind": "every_weeks", "weeks": "x"}, "weeks", "Skriv et antal uger"),
        ({"kind": "every_weekday", "on_holiday": "move"}, "on_holiday", "En uge senere mødes rækken alligevel"),
        ({"minutes": "0"}, "minutes", "Skriv et antal minutter"),
        ({"link": ""}, "link", "Et møde online skal have et link."),
        ({"until": "2026-01-01"}, "until", "Rækken slutter, før den begynder."),
        ({"reminders": ["7 years"]}, "reminders", "Vælg højst fem"),
    ],
)
async def test_what_is_wrong_with_a_new_series_is_said_beside_the_field(
    service: Service, browser: httpx.AsyncClient, changed: dict[str, Any], field: str, said: str
) -> None:
    refused = await send(browser, "/pages/series/new", "new", **{**NEW, **changed, "what": "plan"})

    assert refused.status_code == 422
    beside = re.search(rf'id="new-{field}-wrong">([^<]*)<', refused.text)
    assert beside
    assert html.unescape(beside[1]).startswith(said)
    assert "<title>Fejl: " in refused.text
    assert await service.meetings() == []


async def test_a_series_changes_from_a_day_on_and_those_changed_by_hand_are_listed(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/series/{meeting.series_id}"
    await send(browser, f"/pages/meetings/{meeting.id}", "move", minutes="90")

    same = await send(browser, page, "change", **_stands(await browser.get(page)))
    changed = await send(browser, page, "change", **{**_stands(await browser.get(page)), "starts_at": "13:15"})

    assert "0 møder ændret, 0 nye, 0 aflyst." in same.text
    assert "11 møder ændret, 0 nye, 0 aflyst." in changed.text
    by_hand = changed.text.partition("Tag stilling")[2].partition("</ul>")[0]
    assert re.findall(r"pages/meetings/([\w-]+)", by_hand) == [str(meeting.id)]


def _stands(page: httpx.Response) -> dict[str, list[str] | str]:
    """Return what is chosen in the form that changes a series."""
    form = page.text.partition("/change")[2].partition("</form>")[0]
    checked: dict[str, list[str] | str] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)" checked', form):
        checked[name] = [*checked.get(name, []), value]
    for name, options in re.findall(r'<select id="[\w-]+" name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        selected = re.search(r'value="([^"]*)" selected', options)
        checked[name] = selected[1] if selected else ""
    return checked


async def test_a_series_is_ended(service: Service, browser: httpx.AsyncClient, meeting: Meeting) -> None:
    page = f"/pages/series/{meeting.series_id}"

    refused = await send(browser, page, "end", **{"from": "2026-03-01"})
    ended = await send(browser, page, "end", **{"from": "2026-06-01", "reason": "Sommer"})

    assert (refused.status_code, "Det, der har været, kan ikke ændres" in refused.text) == (422, True)
    assert "Møderækken er afsluttet." in ended.text
    assert [each.status for each in await service.meetings()] == ["scheduled"] * 3 + ["cancelled"] * 9


async def test_a_meeting_is_moved_limited_answered_to_and_cancelled(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}"

    moved = await send(browser, page, "move", starts_at="2026-03-13T10:00")
    limited = await send(browser, page, "capacity", in_person="0")
    answered = await send(
        browser, page, "answer", person_id=ANNA, answer="accepted", attendance="in_person", comment="Ja"
    )
    cancelled = await send(browser, page, "cancel", reason="Sne")

    assert "fredag 13. marts 2026 kl. 10.00–11.00" in moved.text
    assert "0 af 0 taget" in limited.text
    assert "på venteliste, møder op" in answered.text
    assert "Mødet er aflyst" in cancelled.text
    assert [type(event) for event in await service.said()] == [
        contract.MeetingRescheduled,
        contract.AnswerGiven,
        contract.MeetingCancelled,
    ]


async def test_what_is_wrong_with_a_meeting_s_forms_is_said_beside_the_field(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}"
    before = await rows(service)

    refused = {
        field: await send(browser, page, act, **fields)
        for act, field, fields in (
            ("move", "starts_at", {"starts_at": "2026-03-01T10:00"}),
            ("move", "link", {"link": ""}),
            ("capacity", "online", {"online": "mange"}),
            ("answer", "person_id", {"person_id": "", "answer": "accepted"}),
            ("answer", "attendance", {"person_id": ANNA, "answer": "accepted"}),
            ("cancel", "reason", {"reason": "x" * 501}),
        )
    }

    assert {shown.status_code for shown in refused.values()} == {422}
    assert all(re.search(rf'id="\w+-{field}-wrong"', shown.text) for field, shown in refused.items())
    assert all("<title>Fejl: " in shown.text for shown in refused.values())
    assert await rows(service) == before


async def test_what_somebody_else_has_changed_meanwhile_is_shown_and_kept_where_one_has_not_touched_it(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}"
    before = stands((await browser.get(page)).text, "move")
    await send(browser, page, "move", minutes="90", place="Havnehuset")

    refused = await browser.post(f"{page}/move", data={**before, "host_town": "Ribe", "place": "Biblioteket"})
    unchanged = await kept(service)
    shown = stands(refused.text, "move")
    again = await browser.post(f"{page}/move", data=shown)

    assert (refused.status_code, unchanged.host_town) == (412, meeting.host_town)
    assert "En anden har ændret det i mellemtiden, så intet blev gemt." in refused.text
    assert re.search(r'id="move-minutes-meanwhile">En anden har ændret det', refused.text)
    assert "En anden har i mellemtiden ændret det til »Havnehuset«. Her står dit" in refused.text
    assert (shown["minutes"], shown["host_town"], shown["place"]) == ("90", "Ribe", "Biblioteket")
    assert again.status_code == 200
    now = await kept(service)
    assert (now.ends_at - now.starts_at, now.host_town, now.place) == (timedelta(minutes=90), "Ribe", "Biblioteket")


async def test_what_is_mended_after_a_fault_was_seen_as_it_was_before_that(
    browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}"
    before = stands((await browser.get(page)).text, "capacity")
    await send(browser, page, "capacity", in_person="5")

    # Refused first for what is wrong with it, and not for what has changed.
    series = f"/pages/series/{meeting.series_id}"
    of_series = stands((await browser.get(series)).text, "capacity")
    await send(browser, series, "capacity", in_person="7")
    faulty = await browser.post(f"{series}/capacity", data={**of_series, "online": "mange"})
    mended = await browser.post(f"{series}/capacity", data={**stands(faulty.text, "capacity"), "online": "9"})
    refused = await browser.post(f"{page}/capacity", data={**before, "in_person": "9"})

    assert (faulty.status_code, mended.status_code, refused.status_code) == (422, 412, 412)
    assert stands(mended.text, "capacity")["in_person"] == "7"
    assert stands(mended.text, "capacity")["online"] == "9"


async def test_attendance_that_somebody_else_entered_meanwhile_is_not_taken_back(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}"
    service.now = meeting.ends_at
    await browser.post("/pages/sign-in", data={"who": "Bente", "token": TOKEN})
    before = stands((await browser.get(page)).text, "attendance")
    await send(browser, page, "attendance", online=KOEGE)

    refused = await browser.post(f"{page}/attendance", data=before)

    assert (refused.status_code, "En anden har ændret det i mellemtiden" in refused.text) == (412, True)
    assert re.search(rf'name="online" value="{KOEGE}" checked', refused.text)
    assert "kom ikke (Bente" not in " ".join(re.sub(r"<[^>]+>", " ", refused.text).split())


async def test_what_can_no_longer_be_done_is_said_where_its_form_was(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}"
    service.now = meeting.starts_at
    await browser.post("/pages/sign-in", data={"who": "Bente", "token": TOKEN})
    token = _token(await browser.get(page))

    late = await browser.post(f"{page}/cancel", data={"form_token": token, "reason": "Sne"})

    assert (late.status_code, "Mødet er begyndt" in late.text) == (409, True)


async def test_attendance_is_entered_and_corrected_after_the_meeting(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}"
    service.now = meeting.ends_at
    await browser.post("/pages/sign-in", data={"who": "Bente", "token": TOKEN})

    entered = await send(browser, page, "attendance", online=KOEGE)
    corrected = await send(browser, page, "attendance")

    assert re.findall(r'name="(\w+)" value="[\w-]+" checked', entered.text) == ["online"]
    history = " ".join(re.sub(r"<[^>]+>", " ", corrected.text.partition("af hvem")[2]).split())
    assert history.startswith("Køge Handel: kom ikke (Bente")
    assert "Køge Handel: var med online (Bente" in history


CRISIS = {
    "reason": "Nedlukning",
    "kind": "every_weekday",
    "starts_at": "08:30",
    "minutes": "30",
    "from": "2026-03-09",
    "until": "2026-03-20",
    "normal_meetings": "pause",
    "reminders": ["60 minutes"],
}


async def test_a_series_turns_to_crisis_cadence_once_the_whole_plan_was_seen(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/series/{meeting.series_id}/crisis"
    before = await rows(service)

    preview = await send(browser, page, "crisis", **CRISIS, what="preview")
    unchanged = await rows(service) == before
    started = await send(browser, page, "crisis", **CRISIS, what="start")
    year = (await browser.get("/pages/year")).text

    assert (preview.status_code, unchanged) == (200, True)
    assert "10 møder. Ingen har fået besked endnu." in preview.text
    assert "Kriserytmen er startet" in started.text
    assert started.text.count("kl. 8.30–9.00") == 10
    assert "mandag til fredag, 8.30" in started.text
    assert '<span class="tag">planlagt</span>' in started.text
    assert (year.count(">krise<"), year.count(">på pause<")) == (10, 1)
    assert contract.CrisisStarted in map(type, await service.said())


async def test_a_crisis_is_extended_ended_and_undone(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    started = await send(browser, f"/pages/series/{meeting.series_id}/crisis", "crisis", **CRISIS, what="start")
    page = started.url.path

    too_early = await send(browser, page, "extend", until="2026-03-10")
    extended = await send(browser, page, "extend", until="2026-03-27")
    not_begun = await browser.post(f"{page}/end", data={"form_token": _token(extended)})
    undone = await send(browser, page, "undo")
    again = await browser.post(f"{page}/extend", data={"form_token": _token(extended), "until": "2026-04-01"})

    assert (too_early.status_code, "Vælg en senere dag" in too_early.text) == (422, True)
    assert "Kriserytmen er forlænget" in extended.text
    assert (not_begun.status_code, "fortryd den i stedet" in not_begun.text) == (409, True)
    assert "Kriserytmen er fortrudt" in undone.text
    assert (again.status_code, "Krisen er slut." in again.text) == (409, True)


def _token(page: httpx.Response) -> str:
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert token
    return html.unescape(token[1])


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"reason": ""}, "reason", "Skriv grunden"),
        ({"until": ""}, "until", "Vælg en dag"),
        ({"until": "2027-03-01"}, "until", "En krise kan højst planlægges"),
        ({"normal_meetings": "perhaps"}, "normal_meetings", "Vælg, hvad der sker"),
    ],
)
async def test_what_is_wrong_with_a_crisis_is_said_beside_the_field(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting, changed: dict[str, str], field: str, said: str
) -> None:
    page = f"/pages/series/{meeting.series_id}/crisis"

    refused = await send(browser, page, "crisis", **{**CRISIS, **changed}, what="start")

    beside = re.search(rf'id="crisis-{field}-wrong">([^<]*)<', refused.text)
    assert refused.status_code == 422
    assert beside
    assert html.unescape(beside[1]).startswith(said)


async def test_a_town_is_asked_to_host_left_out_and_included_again(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    page = f"/pages/meetings/{meeting.id}/host"

    proposed = await browser.get(page)
    chosen = await send(browser, page, "choose", town="Køge", place="Rådhuset")
    unknown = await send(browser, page, "choose", town="Nowhere")
    out = await send(browser, page, "exclude", town="Køge", reason="Ombygning")
    back = await send(browser, page, "include", town="Køge")

    assert "1. Køge" in proposed.text
    assert "Byen er vært" in chosen.text
    assert (unknown.status_code, "Byen har ingen kontaktperson" in unknown.text) == (422, True)
    assert "Ombygning" in out.text
    assert "Byen er med igen." in back.text
    assert (await kept(service)).host_town == "Køge"


async def test_a_place_that_is_found_later_is_entered_for_the_town_that_hosts(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    await service.hear(joined(RIBE, town="Ribe"), started(BO, RIBE, BO))
    page = f"/pages/meetings/{meeting.id}/host"
    await send(browser, page, "choose", town="Ribe")

    shown = await browser.get(page)

    assert "1. Køge" in shown.text
    assert '<option value="Ribe" selected>' in shown.text


async def test_a_town_that_is_yet_to_host_is_not_said_to_have_hosted(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    _, later, *_ = await service.meetings()
    await send(browser, f"/pages/meetings/{later.id}/host", "choose", town="Køge")

    shown = await browser.get(f"/pages/meetings/{meeting.id}/host")

    assert "skal være vært:" in shown.text
    assert "vært sidst:" not in shown.text


async def test_who_became_a_member_after_a_meeting_did_not_stay_away_from_it(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    service.now = meeting.ends_at
    await browser.post("/pages/sign-in", data={"who": "Bente", "token": TOKEN})
    await service.hear(joined(RIBE, name="Ribe Handel"), joined(VARDE, name="Varde Handel"), started(BO, RIBE, BO))

    entered = await send(browser, f"/pages/meetings/{meeting.id}", "attendance", online=VARDE)

    history = entered.text.partition("af hvem")[2]
    assert [name for name in ("Køge", "Ribe", "Varde") if f"{name} Handel: " in history] == ["Køge", "Varde"]


async def test_another_site_does_nothing_on_these_pages(
    service: Service, browser: httpx.AsyncClient, meeting: Meeting
) -> None:
    before = await rows(service)
    paths = [f"/pages/meetings/{meeting.id}/cancel", f"/pages/series/{meeting.series_id}/end", "/pages/series/new"]

    refused = [await browser.post(path, data={"form_token": token}) for path in paths for token in ("", "x")]

    assert {page.status_code for page in refused} == {403}
    assert await rows(service) == before


def test_every_refusal_of_this_service_has_words() -> None:
    own = [refusal for refusal in _below(Refused) if refusal.__module__.startswith("services.meetings.")]

    assert {refusal.code for refusal in own if "code" in vars(refusal)} - REFUSALS.keys() == set()
    assert len(own) > 20


def _below(kind: type[Refused]) -> list[type[Refused]]:
    return [found for child in kind.__subclasses__() for found in (child, *_below(child))]
